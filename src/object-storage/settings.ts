// What it takes to reach a store, as plain data. All of it is secret together: it goes to a process by a file that root alone reads.

export interface S3Settings {
  readonly kind: 's3'
  /** With scheme and, where need be, port and path. */
  readonly endpoint: string
  readonly region: string
  readonly bucket: string
  readonly accessKey: string
  readonly secretKey: string
  /** `https://endpoint/bucket/key` and not `https://bucket.endpoint/key`. */
  readonly pathStyle: boolean
  /** Empty: the bucket's own. */
  readonly storageClass: string
}

export interface AzureSettings {
  readonly kind: 'azure'
  /** Of the blob service, without the container. */
  readonly endpoint: string
  readonly account: string
  readonly container: string
  /** The account's key, in base64. */
  readonly secretKey: string
}

export interface GcsSettings {
  readonly kind: 'gcs'
  /** Google's, unless a test or a private cloud has its own. */
  readonly endpoint: string
  readonly bucket: string
  /** Empty: the bucket's own. */
  readonly storageClass: string
  /** The key file of a service account, as JSON text. */
  readonly serviceAccount: string
}

export type StoreSettings = (S3Settings | AzureSettings | GcsSettings) & {
  /** Of the operator: in front of all keys, without slashes at its ends; may be empty. */
  readonly path: string
  /** PEM: authorities beside those that this machine's Node trusts. */
  readonly authorities: readonly string[]
}
