import { headingPhrases } from './heading-phrases.ts'
import type { Language, Messages } from './messages.ts'

const known: Messages = headingPhrases

/** A heading of the server's table in a language; as it comes where there is no text for it. */
export function headingText(language: Language, name: string): string {
  const key = name.toLowerCase().replace(/[^a-z]/g, '')
  return Object.hasOwn(known, key) ? known[key]![language] : name
}
