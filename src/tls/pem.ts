// PEM text: blocks of base64 between labelled lines, with anything around them.

export interface PemBlock {
  /** `CERTIFICATE`, `PRIVATE KEY`, … */
  readonly label: string
  readonly der: Buffer
}

const boundary = /-----(BEGIN|END) ([A-Z0-9 ]{1,64})-----/g

/**
 * All blocks of a text, in order; their content is decoded, not checked. Boundary by boundary, since the text may be a stranger's:
 * one expression for a whole block takes minutes for a megabyte of beginnings.
 */
export function pemBlocks(text: string): readonly PemBlock[] {
  const blocks: PemBlock[] = []
  let open: { readonly label: string; readonly from: number } | undefined
  for (const { 0: line, 1: side, 2: label = '', index } of text.matchAll(boundary)) {
    if (side === 'BEGIN') open = { label, from: index + line.length }
    else {
      if (open?.label === label)
        blocks.push({ label, der: Buffer.from(text.slice(open.from, index), 'base64') })
      open = undefined
    }
  }
  return blocks
}

/** Of one certificate in PEM, as this charm keeps it. @throws {TypeError} where the text has none */
export function certificateDer(pem: string): Buffer {
  const [block] = pemBlocks(pem)
  if (!block) throw new TypeError('there is no PEM block')
  return block.der
}

export function writePem(label: string, der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

/** Of what lies in the place of a certificate, without a key that may be with it. */
export function certificatesOf(text: string): string {
  const at = text.search(/-----BEGIN [A-Z ]*PRIVATE KEY-----/)
  return at < 0 ? text : text.slice(0, at)
}
