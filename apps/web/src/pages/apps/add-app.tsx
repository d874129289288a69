import { Button, Group, Modal, NumberInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { platform, remoteWithCredentials } from '../../data/platform.ts'
import { Copyable } from '../../parts/copyable.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure } from '../../parts/loaded.tsx'

const nameRule = /^[a-z]([a-z0-9-]*[a-z0-9])?$/

/** States a new app once; afterwards shows the two commands that push to it. */
export function AddApp({
  opened,
  onClose,
  project: suggested,
}: {
  opened: boolean
  onClose: () => void
  project: string
}) {
  const { t } = useWords()
  const client = useQueryClient()
  const [project, setProject] = useState<string>()
  const [name, setName] = useState('')
  const [branch, setBranch] = useState('main')
  const [instances, setInstances] = useState<number | string>(1)
  const [port, setPort] = useState<number | string>('')
  const [memory, setMemory] = useState('256Mi')
  const create = useMutation({
    mutationFn: () =>
      platform.create(project ?? suggested, {
        name,
        branch,
        parameters: { replicas: Number(instances), memory, ...(port !== '' && { port: Number(port) }) },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['platform'] }),
  })
  const close = () => {
    onClose()
    create.reset()
    setName('')
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('add.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
      size="lg"
    >
      {create.data ? (
        <Stack>
          <Text size="sm">{t('add.commands')}</Text>
          <Copyable
            value={`git remote add sampan ${remoteWithCredentials(create.data.remote)}\ngit push sampan ${branch}`}
          />
          <Group justify="end">
            <Button onClick={close}>{t('common.close')}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            create.mutate()
          }}
        >
          <Stack>
            <Group grow align="start">
              <TextInput
                label={t('add.project')}
                value={project ?? suggested}
                onChange={(event) => setProject(event.currentTarget.value)}
                required
              />
              <TextInput
                label={t('add.name')}
                value={name}
                onChange={(event) => setName(event.currentTarget.value)}
                error={name !== '' && !nameRule.test(name) && t('add.nameRule')}
                required
                data-autofocus
              />
            </Group>
            <Group grow align="start">
              <NumberInput label={t('add.instances')} min={0} max={100} value={instances} onChange={setInstances} />
              <TextInput
                label={t('add.memory')}
                value={memory}
                onChange={(event) => setMemory(event.currentTarget.value)}
                required
              />
            </Group>
            <Group grow align="start">
              <NumberInput label={t('add.port')} min={1} max={65535} value={port} onChange={setPort} />
              <TextInput
                label={t('add.branch')}
                value={branch}
                onChange={(event) => setBranch(event.currentTarget.value)}
                required
              />
            </Group>
            <Text size="xs" c="dimmed">
              {t('add.help')}
            </Text>
            {create.isError && <Failure error={create.error} />}
            <Group justify="end">
              <Button variant="default" onClick={close}>
                {t('common.cancel')}
              </Button>
              <Button type="submit" loading={create.isPending} disabled={!nameRule.test(name)}>
                {t('add.create')}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  )
}
