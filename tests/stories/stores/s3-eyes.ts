// Eyes on a store that speaks S3 that are not the charm's: plain requests, which moto answers whoever asks.

export interface S3Eyes {
  makeBucket(): Promise<void>
  /** Sorted. */
  keys(): Promise<readonly string[]>
  read(key: string): Promise<Buffer>
  write(key: string, content: Uint8Array<ArrayBuffer> | string): Promise<void>
  remove(key: string): Promise<void>
  /** Uploads in parts that nobody has ended. */
  unfinished(): Promise<number>
}

export function lookAtS3(url: string, bucket: string): S3Eyes {
  const place = `${url}/${bucket}`
  const ask = async (target: string, init?: RequestInit): Promise<Response> => {
    const headers = { authorization: 'AWS4-HMAC-SHA256 Credential=eyes/20260101/us-east-1/s3/aws4_request' }
    const response = await fetch(target, { headers, ...init })
    if (!response.ok)
      throw new Error(`${init?.method ?? 'GET'} ${target}: ${response.status} ${await response.text()}`)
    return response
  }
  return {
    async makeBucket() {
      await ask(place, { method: 'PUT' })
    },
    async keys() {
      const text = await (await ask(`${place}?list-type=2&max-keys=1000`)).text()
      return [...text.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key = '']) => key).sort()
    },
    read: async (key) => Buffer.from(await (await ask(`${place}/${key}`)).arrayBuffer()),
    async write(key, body) {
      await ask(`${place}/${key}`, { method: 'PUT', body })
    },
    async remove(key) {
      await ask(`${place}/${key}`, { method: 'DELETE' })
    },
    async unfinished() {
      const text = await (await ask(`${place}?uploads`)).text()
      return [...text.matchAll(/<UploadId>/g)].length
    },
  }
}
