import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { DialogProps } from '../../data/action.ts'
import { nameRule } from '../../data/names.ts'
import { projectHref } from '../../data/paths.ts'
import { rights } from '../../data/permissions.ts'
import { platform } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'

/** A project by its name; it has the environment `test` from the start. */
export function Dialog({ close }: DialogProps<void>) {
  const { t } = useWords()
  const client = useQueryClient()
  const [, go] = useLocation()
  const [name, setName] = useState('')
  const [title, setTitle] = useState('')
  const create = useMutation({
    mutationFn: () => platform.createProject({ name, ...(title && { title }) }),
    onSuccess: async () => {
      rights.askAgain()
      await Promise.all([
        client.invalidateQueries({ queryKey: ['platform'] }),
        client.invalidateQueries({ queryKey: ['me'] }),
      ])
      close()
      go(projectHref(name))
    },
  })
  const isWrong = name !== '' && !nameRule.test(name)
  return (
    <Modal opened onClose={close} title={t('project.new')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!isWrong) create.mutate()
        }}
      >
        <Stack>
          <TextInput
            label={t('common.name')}
            description={t('common.nameRule')}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={isWrong && t('common.nameRule')}
            maxLength={30}
            required
            data-autofocus
          />
          <TextInput
            label={`${t('project.titleField')} (${t('common.optional')})`}
            value={title}
            onChange={(event) => setTitle(event.currentTarget.value)}
          />
          {create.isError && <Failure error={create.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('common.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
