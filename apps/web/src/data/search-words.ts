/** What a search field asks for: parts of names, and what the server selects by. */
export interface Wanted {
  name: string
  labels?: string
  fields?: string
}

const field = /^(metadata|spec|status|involvedObject|regarding)\.|^(type|reason|reportingComponent)[!=]/

/**
 * `web app=shop status.phase=Running`: words are looked for in names, `key=value`, `key!=value` are labels, those that begin
 * as paths of an object are fields.
 */
export function wantedFrom(text: string): Wanted {
  const words = text.split(/\s+/).filter(Boolean)
  const selectors = words.filter((word) => word.includes('='))
  const labels = selectors.filter((word) => !field.test(word)).join(',')
  const fields = selectors.filter((word) => field.test(word)).join(',')
  return {
    name: words
      .filter((word) => !word.includes('='))
      .join(' ')
      .toLowerCase(),
    ...(labels && { labels }),
    ...(fields && { fields }),
  }
}
