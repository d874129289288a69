import { createContext, type ReactNode, useContext, useState } from 'react'
import { type Language, languageFor, languages, type MessageKey, text } from '../data/messages.ts'

interface Words {
  language: Language
  setLanguage: (language: Language) => void
  t: (key: MessageKey, values?: Record<string, string | number>) => string
}

const Context = createContext<Words | undefined>(undefined)
const storageKey = 'sampan.language'

export function LanguageProvider({ children }: { children: ReactNode }) {
  const [language, set] = useState<Language>(remembered)
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  const setLanguage = (next: Language) => {
    localStorage.setItem(storageKey, next)
    set(next)
  }
  return (
    <Context.Provider value={{ language, setLanguage, t: (key, values) => text(language, key, values) }}>
      {children}
    </Context.Provider>
  )
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
