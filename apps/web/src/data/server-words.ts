import { serverSentences } from '../messages/server.ts'
import type { Language } from './messages.ts'

interface Pattern {
  match: RegExp
  zh: string
}

/** Made when the first text is asked for in Chinese. */
let patterns: readonly Pattern[] | undefined

const patternOf = ([en, zh]: readonly [string, string]): Pattern => ({
  match: new RegExp(`^${en.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\d\}/g, '([\\s\\S]*?)')}$`),
  zh,
})

/**
 * A sentence of the server in the language of the person: translated when it is one of `serverSentences`, with what was
 * filled in translated as well; else as it came, for a sentence in English says more than none.
 */
export function serverWords(text: string, language: Language): string {
  if (language === 'en' || text === '') return text
  patterns ??= serverSentences.map(patternOf)
  const list = listed(text, language)
  if (list !== undefined) return list
  const isWhole = text.endsWith('.') && !text.endsWith('..')
  const bare = isWhole ? text.slice(0, -1) : text
  const small = bare.charAt(0).toLowerCase() + bare.slice(1)
  for (const { match, zh } of patterns) {
    const found = match.exec(bare) ?? match.exec(small)
    if (!found) continue
    const filled = zh.replace(/\{(\d)\}/g, (_, place: string) => serverWords(found[Number(place)] ?? '', language))
    return isWhole ? `${filled}。` : filled
  }
  return text
}

/** Words of what changed come as a list: translated when each of them is known. */
function listed(text: string, language: Language): string | undefined {
  const parts = text.split(', ')
  if (parts.length < 2) return undefined
  const said = parts.map((part) => serverWords(part, language))
  return said.every((one, i) => one !== parts[i]) ? said.join('，') : undefined
}
