import { allMessages } from '../messages/all.ts'

/** A text of the console in every language; `{name}` is filled in. */
export type Messages = Record<string, { en: string; zh: string }>

/** Every text of the console, said per noun in `src/messages`. A text in one language only does not type-check. */
export const messages = allMessages

export type MessageKey = keyof typeof messages
export const languages = ['en', 'zh'] as const
export type Language = (typeof languages)[number]
export type Values = Record<string, string | number>

/** The text in a language; `values` fill its `{names}`. */
export function text(language: Language, key: MessageKey, values: Values = {}): string {
  return messages[key][language].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** A key made at run time, as `state.` and what the server said; undefined when there is no such text. */
export const knownKey = (key: string): MessageKey | undefined =>
  Object.hasOwn(messages, key) ? (key as MessageKey) : undefined

/** The language of a browser that prefers these, Chinese when any kind of it comes first. */
export const languageFor = (preferred: readonly string[]): Language =>
  (preferred.find((one) => /^(zh|en)/i.test(one)) ?? 'en').toLowerCase().startsWith('zh') ? 'zh' : 'en'
