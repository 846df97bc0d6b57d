// Just enough of PromQL's grammar to know what in an expression is a selector: so that each gets the matchers that keep it within one
// application, and a test can say which has none.

type Token = { readonly kind: 'name' | 'string' | 'range' | 'sign'; readonly text: string }

export interface Selector {
  /** Empty where it is chosen by its labels alone. */
  readonly metric: string
  /** As they are written, without the braces. */
  readonly matchers: string
  readonly start: number
  readonly end: number
}

const token =
  /(?<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`)|(?<range>\[[^\]]*\])|(?<number>\d[\w.]*)|(?<name>[$]?[a-zA-Z_:][\w:]*)|(?<sign>\S)/gy

/** With a list of labels in parentheses behind them. */
const takesLabels: ReadonlySet<string> = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
])
const words: ReadonlySet<string> = new Set([
  ...takesLabels,
  'and',
  'or',
  'unless',
  'bool',
  'offset',
  'atan2',
  'inf',
  'nan',
])

/** @throws {SyntaxError} for braces that don't close */
export function selectorsOf(expression: string): readonly Selector[] {
  const tokens = tokensOf(expression)
  const found: Selector[] = []
  for (let at = 0; at < tokens.length; at += 1) {
    const here = tokens[at]
    const next = tokens[at + 1]
    if (!here) continue
    if (here.text === '{') {
      const closing = closes(tokens, at, expression)
      found.push(selector('', here.start, tokens, at, closing))
      at = closing
    } else if (here.kind === 'name' && takesLabels.has(here.text)) {
      if (next?.text === '(') while (tokens[at]?.text !== ')') at += 1
    } else if (here.kind === 'name' && !words.has(here.text.toLowerCase()) && !isFunction(tokens, at)) {
      const closing = next?.text === '{' ? closes(tokens, at + 1, expression) : undefined
      if (closing === undefined)
        found.push({ metric: here.text, matchers: '', start: here.start, end: here.end })
      else found.push(selector(here.text, here.start, tokens, at + 1, closing))
      at = closing ?? at
    }
  }
  return found
}

/** Each selector gets these matchers, before its own. */
export function within(expression: string, matchers: string): string {
  return selectorsOf(expression).reduceRight((text, { metric, matchers: own, start, end }) => {
    const all = own.trim() === '' ? matchers : `${matchers},${own.trim()}`
    return `${text.slice(0, start)}${metric}{${all}}${text.slice(end)}`
  }, expression)
}

interface Placed extends Token {
  readonly start: number
  readonly end: number
}

function tokensOf(expression: string): readonly Placed[] {
  return [...expression.matchAll(new RegExp(token.source, 'g'))].flatMap((match) => {
    const { index: start, 0: text, groups } = match
    const kind = (['string', 'range', 'name', 'sign'] as const).find((one) => groups?.[one] !== undefined)
    return kind ? [{ kind, text, start, end: start + text.length }] : []
  })
}

/** A call, or an aggregation with its labels named first: `sum by (unit) (…)`. */
function isFunction(tokens: readonly Placed[], at: number): boolean {
  const next = tokens[at + 1]?.text ?? ''
  return next === '(' || next === 'by' || next === 'without'
}

function closes(tokens: readonly Placed[], opening: number, expression: string): number {
  const closing = tokens.findIndex(({ text }, at) => at > opening && text === '}')
  if (closing < 0) throw new SyntaxError(`a brace is open: ${expression}`)
  return closing
}

function selector(
  metric: string,
  start: number,
  tokens: readonly Placed[],
  opening: number,
  closing: number,
): Selector {
  const inside = tokens.slice(opening + 1, closing)
  const matchers = inside.map(({ text }) => text).join('')
  return { metric, matchers, start, end: tokens[closing]?.end ?? start }
}
