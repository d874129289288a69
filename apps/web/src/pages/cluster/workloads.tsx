import { SegmentedControl } from '@mantine/core'
import { kindByWord } from '../../data/discovery.ts'
import { useQueryState } from '../../data/query-state.ts'
import { useKinds } from '../../data/use-kinds.ts'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import '../../parts/objects.css'
import { KindList } from './kind.tsx'

const words = [
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
  'cronjobs.batch',
] as const

/** What runs: pods and what keeps them running. */
export function Page() {
  const { t } = useWords()
  const kinds = useKinds()
  const [chosen, choose] = useQueryState('kind')
  const word = words.find((one) => one === chosen) ?? words[0]
  return (
    <Frame title={t('cluster.workloads')}>
      <Loaded query={kinds}>
        {(all) => {
          const known = words.flatMap((one) => kindByWord(all, one) ?? [])
          const kind = kindByWord(all, word) ?? known[0]
          return (
            <>
              <div className="wide">
                <SegmentedControl
                  size="xs"
                  aria-label={t('cluster.workloads')}
                  data={known.map((one, i) => ({ value: words[i]!, label: one.kind }))}
                  value={word}
                  onChange={(value) => choose(value === words[0] ? '' : value)}
                />
              </div>
              {kind && <KindList key={word} kind={kind} />}
            </>
          )
        }}
      </Loaded>
    </Frame>
  )
}
