import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { Action, Question } from '../data/action.ts'
import { useWords } from './language.tsx'

/** Asks before something is done; what destroys data wants its name typed. */
export function Ask({
  question,
  action,
  onAnswer,
}: {
  question: Question
  action: Action<unknown>
  onAnswer: (isYes: boolean) => void
}) {
  const { t } = useWords()
  const [typed, setTyped] = useState('')
  const { title, text, typed: wanted } = question
  return (
    <Modal
      opened
      onClose={() => onAnswer(false)}
      title={t(title.key, title.values)}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          onAnswer(true)
        }}
      >
        <Stack>
          <Text size="sm" className="name">
            {t(text.key, text.values)}
          </Text>
          {wanted !== undefined && (
            <TextInput
              label={t('common.typeToConfirm', { name: wanted })}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              data-autofocus
            />
          )}
          <Group justify="end">
            <Button variant="default" onClick={() => onAnswer(false)}>
              {t('common.cancel')}
            </Button>
            <Button
              type="submit"
              color={action.isDangerous ? 'red' : undefined}
              disabled={wanted !== undefined && typed !== wanted}
              data-autofocus={wanted === undefined || undefined}
            >
              {t(action.label)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
