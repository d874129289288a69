import { useQuery } from '@tanstack/react-query'
import { kindByWord } from '../../data/discovery.ts'
import { useNamespaces } from '../../data/namespaces.ts'
import { schemaOf } from '../../data/open-api.ts'
import { useQueryState } from '../../data/query-state.ts'
import { useKinds } from '../../data/use-kinds.ts'
import { templateOf } from '../../data/yaml-template.ts'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { NamespaceSelect, useChosenNamespace } from '../../parts/namespace-select.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { YamlCreate } from '../../parts/yaml-create.tsx'

/** New objects of any kind; with `?kind=` the text begins with what that kind has to have. */
export function Page() {
  const { t } = useWords()
  const kinds = useKinds()
  const [word] = useQueryState('kind')
  const namespaces = useNamespaces()
  const namespace = useChosenNamespace(namespaces) ?? 'default'
  const kind = kindByWord(kinds.data ?? [], word)
  const begin = useQuery({
    queryKey: ['template', word, kind !== undefined],
    enabled: kinds.data !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => (kind ? templateOf(kind, await schemaOf(kind)) : ''),
  })
  return (
    <Frame
      title={t('yaml.create')}
      trail={[
        { label: t('cluster.kinds'), href: '/cluster/kinds' },
        ...(kind ? [{ label: kind.kind, href: `/cluster/kinds/${word}` }] : []),
      ]}
      actions={<NamespaceSelect namespaces={namespaces} />}
    >
      <Loaded query={begin}>{(text) => <YamlCreate key={word} namespace={namespace} initial={text} />}</Loaded>
    </Frame>
  )
}
