// As much of XML as the lists of a store are made of: elements that hold text, and no attribute that matters.

/**
 * What is within each element of that name, as it is written. Tag by tag: one expression for a whole element takes minutes for a megabyte
 * of beginnings.
 */
export function elements(text: string, name: string): readonly string[] {
  return [...eachElement(text, name)]
}

/** Of the first element of that name; empty where there is none. */
export function textOf(text: string, name: string): string {
  const [first = ''] = eachElement(text, name)
  return decode(first)
}

function* eachElement(text: string, name: string): Generator<string> {
  const begin = `<${name}`
  const end = `</${name}>`
  for (let at = text.indexOf(begin); at >= 0; at = text.indexOf(begin, at)) {
    at += begin.length
    // Of another element, whose name only begins so.
    if (text[at] !== '>' && text[at] !== ' ') continue
    const from = text.indexOf('>', at) + 1
    const to = text.indexOf(end, from)
    // What has a beginning and no end is no element, and nor is what comes behind it.
    if (from === 0 || to < 0) return
    if (text[from - 2] === '/') at = from
    else {
      yield text.slice(from, to)
      at = to + end.length
    }
  }
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|\w+);/gi, (whole, name: string) => {
    if (!name.startsWith('#')) return entities[name] ?? whole
    const code = name.startsWith('#x') ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1))
    return String.fromCodePoint(code)
  })
}
