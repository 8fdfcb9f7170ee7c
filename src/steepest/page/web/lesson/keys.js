// Which keys the lesson has, and which those that have focus keep.

/** Whether the lesson has a key that is pressed: fields keep all of theirs, buttons what presses them. */
export function isFree(event) {
  const focused = event.composedPath()[0];
  if (!(focused instanceof Element)) return true;
  const isPress = event.key === ' ' || event.key === 'Enter';
  return !focused.closest(isPress ? 'select, input, textarea, button' : 'select, input, textarea');
}
