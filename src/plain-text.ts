// A text that somebody else wrote (a requirer, a program, the author of a certificate), made fit for people and for every parser: one
// line of printable ASCII, no longer than a line of a table. Nothing in it moves a terminal's cursor or turns its direction, and what is
// megabytes long ends here. Texts of our own that hold such words pass by `plainLines`.

const longest = 160

/** Of its own results it changes nothing, so a text may pass more than once. */
export function plainText(text: string, most = longest): string {
  const spelled = text.slice(0, most).replace(/[^\x20-\x7e]/g, spell)
  return text.length <= most && spelled.length <= most ? spelled : `${spelled.slice(0, most - 3)}...`
}

const unplain = /[^\P{Cc}\n\t]|[\p{Cf}\p{Cs}\u2028\u2029\ufffe\uffff]/gu

/** As it is, with its lines and in any script, but for what a terminal would obey or not show, and what no argument may hold (NUL). */
export function plainLines(text: string): string {
  return text.replace(unplain, (char) => [...char].map(spell).join(''))
}

function spell(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
