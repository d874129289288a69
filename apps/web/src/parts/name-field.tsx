import { TextInput } from '@mantine/core'
import { useState } from 'react'
import type { MessageKey } from '../data/messages.ts'
import { nameRule } from '../data/names.ts'
import { useWords } from './language.tsx'

interface Props {
  value: string
  onChange: (value: string) => void
  label?: MessageKey
  /** What it has to look like, and that in words; default: a name that becomes part of addresses. */
  rule?: RegExp
  says?: MessageKey
  maxLength?: number
  isOptional?: boolean
  autoComplete?: string
  autofocus?: boolean
}

/**
 * A name with the rule for it. What cannot become right by typing on is said at once, what is unfinished when the field is
 * left or sent; `refuseWrong` keeps it from being sent.
 */
export function NameField({ value, onChange, rule = nameRule, says = 'common.nameRule', ...rest }: Props) {
  const { t } = useWords()
  const [isLeft, setLeft] = useState(false)
  const isWrong = value !== '' && !rule.test(value) && (isLeft || !rule.test(`${value}x`))
  return (
    <TextInput
      label={t(rest.label ?? 'common.name')}
      description={isWrong ? undefined : t(says)}
      error={isWrong && t(says)}
      inputWrapperOrder={['label', 'description', 'error', 'input']}
      value={value}
      onChange={(event) => {
        setLeft(false)
        onChange(event.currentTarget.value)
      }}
      onBlur={() => setLeft(true)}
      onKeyDown={(event) => event.key === 'Enter' && setLeft(true)}
      maxLength={rest.maxLength ?? 30}
      required={!rest.isOptional}
      autoComplete={rest.autoComplete ?? 'off'}
      autoCapitalize="none"
      spellCheck={false}
      data-autofocus={rest.autofocus || undefined}
    />
  )
}

/** Goes to the first field of a form that says it is wrong; false when there is none. */
export function refuseWrong(form: HTMLFormElement): boolean {
  const wrong = form.querySelector<HTMLElement>('[aria-invalid=true]')
  wrong?.focus()
  return wrong !== null
}
