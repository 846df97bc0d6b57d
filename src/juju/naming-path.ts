// Where a write itself fails, as on a full disk, Node's error does not name the file: whoever is to make room there must know of it.

/**
 * @example await namingPath(path, writeFile(path, text))
 * @throws what the work throws, with `path` where it names none
 */
export async function namingPath<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throw error instanceof Error && !('path' in error) ? Object.assign(error, { path }) : error
  }
}
