import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import { type Language, languageFor, languages, type MessageKey, text, type Values } from '../data/messages.ts'
import { serverWords } from '../data/server-words.ts'

interface Words {
  language: Language
  setLanguage: (language: Language) => void
  t: (key: MessageKey, values?: Values) => string
  /** What the server said, in the language of the person where it is known in it. */
  said: (text: string) => string
}

const Context = createContext<Words | undefined>(undefined)
const storageKey = 'sampan.language'

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, set] = useState<Language>(remembered)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  const words = useMemo<Words>(
    () => ({
      language,
      setLanguage: (next) => {
        localStorage.setItem(storageKey, next)
        set(next)
      },
      t: (key, values) => text(language, key, values),
      said: (sentence) => serverWords(sentence, language),
    }),
    [language],
  )
  return <Context.Provider value={words}>{children}</Context.Provider>
}

/** The texts of the chosen language. */
export function useWords(): Words {
  const words = useContext(Context)
  if (!words) throw new Error('useWords needs a LanguageProvider around it')
  return words
}

function remembered(): Language {
  const saved = localStorage.getItem(storageKey)
  return languages.find((one) => one === saved) ?? languageFor(navigator.languages)
}
