import { Button, Group, Stack, TagsInput, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api } from '../../data/api.ts'
import { platform } from '../../data/platform.ts'
import { platformText } from '../../data/platform-phrases.ts'
import { Facts } from '../../parts/facts.tsx'
import { useWords } from '../../parts/language.tsx'
import { Failure, Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'

const path = '/api/sources/allowed'

/** What holds for every project. */
export function Settings() {
  const { t } = useWords()
  const version = useQuery({ queryKey: ['platform', 'version'], queryFn: platform.version })
  const system = useQuery({ queryKey: ['platform', 'system'], queryFn: platform.system })
  return (
    <Stack gap="xl" className="column">
      <Section title={t('platform.addresses')}>
        <Facts
          facts={[
            [t('platform.domain'), version.data ? `*.${version.data.domain}` : '…'],
            [t('platform.instance'), system.data?.instance ?? '…'],
          ]}
        />
      </Section>
      <Section title={t('platform.sources')}>
        <Sources />
      </Section>
    </Stack>
  )
}

/** Addresses inside the installation that code may come from. */
function Sources() {
  const { t, language } = useWords()
  const client = useQueryClient()
  const allowed = useQuery({
    queryKey: ['platform', 'sources'],
    queryFn: () => api<{ allowed: string[] }>(path),
  })
  const [edited, setEdited] = useState<string[]>()
  const save = useMutation({
    mutationFn: (list: string[]) => api(path, { method: 'PUT', body: { allowed: list } }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['platform', 'sources'] })
      setEdited(undefined)
    },
  })
  return (
    <Loaded query={allowed}>
      {(known) => (
        <Stack gap="sm">
          <Text size="sm" c="dimmed">
            {platformText(language, 'sourcesHelp')}
          </Text>
          <TagsInput
            aria-label={t('platform.sources')}
            placeholder="http://gitea.internal:3000"
            value={edited ?? known.allowed}
            onChange={setEdited}
          />
          {save.isError && <Failure error={save.error} />}
          {edited && (
            <Group justify="end">
              <Button variant="default" onClick={() => setEdited(undefined)}>
                {t('common.cancel')}
              </Button>
              <Button loading={save.isPending} onClick={() => save.mutate(edited)}>
                {t('common.save')}
              </Button>
            </Group>
          )}
        </Stack>
      )}
    </Loaded>
  )
}
