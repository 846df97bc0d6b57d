// A parameter as people type it behind `juju run`, which reads each value as YAML: 3.5 would be a number and `on` a yes, and Juju refuses
// both where actions.yaml declares text (cmd/juju/action/run.go).

/** Letters first, and no colon at the end, which would make a map of it. */
const plain = /^[A-Za-z](?:[\w.:@/-]*[\w.@/-])?$/
/** What YAML 1.1 reads as something else than text. */
const word = /^(?:y|n|yes|no|on|off|true|false|null|nan)$/i

/** @example typed('target', '3.5') // target='"3.5"' */
export function typed(parameter: string, value: string): string {
  if (plain.test(value) && !word.test(value)) return `${parameter}=${value}`
  return `${parameter}=${forShell(JSON.stringify(value))}`
}

/** As one word of a shell, whatever is in it. */
export function forShell(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}
