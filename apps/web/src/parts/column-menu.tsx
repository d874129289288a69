import { MixerVerticalIcon } from '@radix-ui/react-icons'
import { useState } from 'react'
import { useWords } from './language.tsx'
import { MenuButton, MenuItems } from './menu.tsx'

/** What somebody chose to see or not to see of a kind; the rest is decided by the room there is. */
export type ColumnChoice = Readonly<Record<string, boolean>>

const storageKey = (word: string) => `sampan.columns.${word}`

/** Kept in the browser, kind by kind. */
export function useColumnChoice(word: string): [ColumnChoice, (choice: ColumnChoice) => void] {
  const [choice, setChoice] = useState<ColumnChoice>(() => read(word))
  const choose = (next: ColumnChoice) => {
    setChoice(next)
    if (Object.keys(next).length === 0) localStorage.removeItem(storageKey(word))
    else localStorage.setItem(storageKey(word), JSON.stringify(next))
  }
  return [choice, choose]
}

function read(word: string): ColumnChoice {
  try {
    return JSON.parse(localStorage.getItem(storageKey(word)) ?? '{}') as ColumnChoice
  } catch (error) {
    if (error instanceof SyntaxError) return {} // written by hand
    throw error
  }
}

interface Props {
  columns: readonly { key: string; title: string }[]
  shown: ReadonlySet<string>
  choice: ColumnChoice
  onChange: (choice: ColumnChoice) => void
}

/** Which columns a list shows. */
export function ColumnMenu({ columns, shown, choice, onChange }: Props) {
  const { t } = useWords()
  return (
    <MenuButton
      label={t('column.choose')}
      className="icon-button icon-button-large"
      items={
        <MenuItems
          entries={[
            ...columns.map(({ key, title }) => ({
              key,
              label: title,
              isChosen: shown.has(key),
              run: () => onChange({ ...choice, [key]: !shown.has(key) }),
            })),
            'divider',
            { key: '*', label: t('column.usual'), run: () => onChange({}) },
          ]}
        />
      }
    >
      <MixerVerticalIcon />
    </MenuButton>
  )
}
