// What may be done for collectors: they are told where metrics and logs are, and which rules and dashboard go with them.

export interface ObservabilityWrite {
  readonly kind: 'collector/tell'
  readonly relation: number
  readonly content: string
}
