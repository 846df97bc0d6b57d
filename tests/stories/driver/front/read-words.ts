// A command line of `juju`, without the command: what stands for itself, and what belongs to flags.

export interface Words {
  readonly plain: readonly string[]
  /** The first value of that flag. */
  flag(name: string): string | undefined
  all(name: string): readonly string[]
}

/** Flags that may be followed by their value; the driver writes the others with `=`. */
const followed = new Set([
  '-m',
  '--endpoint',
  '--config',
  '--resource',
  '--unit',
  '--path',
  '--reset',
  '--controller',
])

export function readWords(words: readonly string[]): Words {
  const end = words.indexOf('--')
  const [own, rest] = end < 0 ? [words, []] : [words.slice(0, end), words.slice(end + 1)]
  const plain: string[] = []
  const flags: (readonly [name: string, value: string])[] = []
  for (let at = 0; at < own.length; at += 1) {
    const word = own[at] ?? ''
    const [name = '', ...value] = word.split('=')
    if (followed.has(word)) {
      at += 1
      flags.push([word, own[at] ?? ''])
    } else if (word.startsWith('-')) flags.push([name, value.join('=')])
    else plain.push(word)
  }
  const all = (name: string): readonly string[] =>
    flags.flatMap(([flag, value]) => (flag === name ? [value] : []))
  return { plain: [...plain, ...rest], all, flag: (name) => all(name)[0] }
}

/** `key=value` pairs. */
export function readPairs(pairs: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  )
}
