// Numbers as people type them: with the minus of print, a decimal comma, and what parts the thousands.

/** Returns the number in a text, NaN if it is none. Of `1,080` and `1.080` the language says which is meant. */
export function numberIn(text, language) {
  const [point, thousands] = language === 'de' ? [',', '.'] : ['.', ','];
  const plain = text.replace(/[\s\u00a0\u202f']/g, '').replace(/[\u2212\u2013]/g, '-').replace(/%$/, '');
  const grouped = new RegExp(`^[+-]?\\d{1,3}(\\${thousands}\\d{3})+(\\${point}\\d*)?$`);
  const digits = grouped.test(plain) ? plain.replaceAll(thousands, '') : plain;
  const decimal = digits.replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i.test(decimal) ? Number(decimal) : NaN;
}
