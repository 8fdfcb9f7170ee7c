// Numbers as people type them: with the minus of print, a decimal comma,
// what parts the thousands, and a power of ten as a product.

/** Returns the number in a text, NaN if it is none. Of `1,080` and `1.080` the language says which is meant. */
export function numberIn(text, language) {
  const [point, thousands] = language === 'de' ? [',', '.'] : ['.', ','];
  const bare = withoutProduct(text).replace(/[\s\u00a0\u202f']/g, '');
  const plain = bare.replace(/[\u2212\u2013]/g, '-').replace(/%$/, '');
  const grouped = new RegExp(`^[+-]?\\d{1,3}(\\${thousands}\\d{3})+(\\${point}\\d*)?$`);
  const digits = grouped.test(plain) ? plain.replaceAll(thousands, '') : plain;
  const decimal = digits.replace(',', '.');
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,2})?$/i.test(decimal) ? Number(decimal) : NaN;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Returns a text in which `6.758 × 10¹⁰`, as questions have it, or `6.758 x 10^10` is `6.758e10`. */
function withoutProduct(text) {
  const flat = text.replace(/[⁰¹²³⁴-⁹]/g, (sign) => String(RAISED.indexOf(sign))).replace(/⁻/g, '-');
  return flat.replace(/\s*[×x*·]\s*10(\^|\*\*)?(?=[+\-\u2212\d])/i, 'e');
}
