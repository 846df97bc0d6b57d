// A status message as its condition says it: without how many more there are, and whole where its gist comes first.

export function wholeMessage(message: string): string {
  const [, whole] = /\. In full: (.*)$/s.exec(message) ?? []
  return whole ?? message.replace(/ \(\+\d+ more: run status\)$/, '')
}
