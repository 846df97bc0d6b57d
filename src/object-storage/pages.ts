// A list, page by page, until the store says that there are no more. It must come to an end, whatever the store says.

import { StoreRefused } from './port.ts'

/** Of a thousand objects each. */
export const mostPages = 5000

/**
 * @param readPage is told where the page begins, in the store's own words (empty: at the start), and returns where the next one does (empty:
 * nowhere)
 * @throws {StoreRefused} where that never ends
 */
export async function readPages(call: string, readPage: (from: string) => Promise<string>): Promise<void> {
  let from = ''
  for (let page = 0; page < mostPages; page += 1) {
    const next = await readPage(from)
    if (next === '') return
    if (next === from)
      throw new StoreRefused('after a page of its list it names the same page again', {
        call,
        code: 'SamePage',
      })
    from = next
  }
  throw new StoreRefused(`its list has more than ${mostPages} pages`, { call, code: 'TooManyPages' })
}
