// What programs of a machine and its agent send each other by a socket: texts, each with its length before it.

import type { Socket } from 'node:net'

export function frame(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** How a program ends: its exit code in one byte, and what it prints. */
export function endFrames(code: number, out: string, err: string): Buffer {
  return Buffer.concat([Buffer.from([code]), frame(out), frame(err)])
}

/** Once there are as many as `isWhole` wants. */
export function readFrames(
  socket: Socket,
  isWhole: (frames: readonly string[]) => boolean,
): Promise<readonly string[]> {
  return new Promise((resolve) => {
    let bytes = Buffer.alloc(0)
    socket.on('data', (part: Buffer) => {
      bytes = Buffer.concat([bytes, part])
      const frames = splitFrames(bytes)
      if (isWhole(frames)) resolve(frames)
    })
  })
}

function splitFrames(bytes: Buffer): readonly string[] {
  const frames: string[] = []
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + bytes.readUInt32BE(at)
    if (end > bytes.length) break
    frames.push(bytes.subarray(at + 4, end).toString('utf8'))
    at = end
  }
  return frames
}
