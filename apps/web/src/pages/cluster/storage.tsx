import { SegmentedControl, Text } from '@mantine/core'
import { unitsOf } from '@sampan/kit/quantity'
import type { KubeObject } from '@sampan/resources/meta'
import { useMemo } from 'react'
import { kindByWord } from '../../data/discovery.ts'
import { useObjects } from '../../data/live.ts'
import { useNamespaces } from '../../data/namespaces.ts'
import type { Row } from '../../data/objects.ts'
import { useQueryState } from '../../data/query-state.ts'
import { bytesText } from '../../data/usage.ts'
import { useKinds } from '../../data/use-kinds.ts'
import { claimKey, useFills } from '../../data/volume-fill.ts'
import { FillBar } from '../../parts/fill-bar.tsx'
import type { ExtraColumn } from '../../parts/kind-table.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { useChosenNamespace } from '../../parts/namespace-select.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import '../../parts/objects.css'
import { KindList } from './kind.tsx'

const views = [
  { word: 'persistentvolumeclaims', title: 'cluster.storageClaims' },
  { word: 'persistentvolumes', title: 'cluster.storageVolumes' },
  { word: 'storageclasses.storage.k8s.io', title: 'cluster.storageClasses' },
] as const

type Claim = KubeObject & { spec?: { resources?: { requests?: { storage?: string } } } }

/** What is kept on disk: claims, the volumes behind them, and the classes they are made by. */
export function Page() {
  const { t } = useWords()
  const kinds = useKinds()
  const namespaces = useNamespaces()
  const namespace = useChosenNamespace(namespaces)
  const [chosen, choose] = useQueryState('kind')
  const { word } = views.find((one) => one.word === chosen) ?? views[0]
  const claims = useObjects<Claim>(
    namespaces.isKnown
      ? {
          path: `/api/v1${namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''}/persistentvolumeclaims`,
        }
      : undefined,
  )
  const fills = useFills(word === views[0].word)
  const extra = useMemo<readonly ExtraColumn[]>(() => {
    if (fills.size === 0) return []
    const fillOf = ({ metadata }: Row) => fills.get(claimKey(metadata.namespace, metadata.name))
    return [
      {
        key: 'fill',
        title: t('cluster.used'),
        least: 150,
        sortBy: (row) => {
          const fill = fillOf(row)
          return fill ? fill.used / fill.all : -1
        },
        cell: (row) => {
          const fill = fillOf(row)
          return fill ? <FillBar fill={fill} /> : null
        },
      },
    ]
  }, [fills, t])
  const size = claims.items.reduce((sum, { spec }) => sum + unitsOf(spec?.resources?.requests?.storage ?? '0'), 0)
  return (
    <Frame title={t('cluster.storage')}>
      <div className="wide">
        <SegmentedControl
          size="xs"
          aria-label={t('cluster.storage')}
          data={views.map((one) => ({ value: one.word, label: t(one.title) }))}
          value={word}
          onChange={(value) => choose(value === views[0].word ? '' : value)}
        />
      </div>
      {word === views[0].word && claims.items.length > 0 && (
        <Text size="sm">{t('cluster.storageUsed', { claims: claims.items.length, size: bytesText(size) })}</Text>
      )}
      <Loaded query={kinds}>
        {(all) => {
          const kind = kindByWord(all, word)
          return kind && <KindList key={word} kind={kind} {...(word === views[0].word && { extra })} />
        }}
      </Loaded>
    </Frame>
  )
}
