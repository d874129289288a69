import { Progress, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { platform } from '../../data/platform.ts'
import { platformText } from '../../data/platform-phrases.ts'
import { bytesText } from '../../data/usage.ts'
import { Empty } from '../../parts/empty.tsx'
import { KindTable } from '../../parts/kind-table.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Section } from '../../parts/page.tsx'

const volumes = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  isNamespaced: true,
}

/** How full the disk is, and what was asked of it. */
export function Disk() {
  const { t, language } = useWords()
  const system = useQuery({ queryKey: ['platform', 'system'], queryFn: platform.system })
  return (
    <Stack gap="xl">
      <Loaded query={system}>
        {({ disk: { totalBytes, freeBytes } }) => {
          const share = ((totalBytes - freeBytes) / totalBytes) * 100
          const colour = share > 90 ? 'red' : share > 75 ? 'orange' : undefined
          return (
            <div className="tile">
              <Text size="sm" fw={600}>
                {t('platform.diskUsed', { used: bytesText(totalBytes - freeBytes), total: bytesText(totalBytes) })}
              </Text>
              <Progress
                value={share}
                color={colour}
                size="lg"
                mt="xs"
                aria-label={t('platform.disk')}
                styles={{ section: { minWidth: 2 } }}
              />
              <Text size="xs" c="dimmed" mt="xs">
                {t('platform.diskFree', { free: bytesText(freeBytes) })}
                {colour && ` · ${platformText(language, colour === 'red' ? 'diskFull' : 'diskTight')}`}
              </Text>
            </div>
          )
        }}
      </Loaded>
      <Section title={t('platform.volumes')}>
        <KindTable
          kind={volumes}
          empty={<Empty title={platformText(language, 'noVolumes')}>{platformText(language, 'noVolumesHelp')}</Empty>}
        />
      </Section>
    </Stack>
  )
}
