import { Select } from '@mantine/core'
import type { Namespaces } from '../data/namespaces.ts'
import { useQueryState } from '../data/query-state.ts'
import { useWords } from './language.tsx'

const all = '*'

/**
 * The namespace a page is about, kept in its address (`?ns=`). Undefined: all of them; who may not see all starts with the
 * place their apps run in.
 */
export function useChosenNamespace({ usual, hasAll }: Namespaces): string | undefined {
  const [chosen] = useQueryState('ns')
  return chosen || (hasAll ? undefined : usual)
}

export function NamespaceSelect({ namespaces }: { namespaces: Namespaces }) {
  const { t } = useWords()
  const [, choose] = useQueryState('ns')
  const chosen = useChosenNamespace(namespaces)
  return (
    <Select
      size="xs"
      w={220}
      searchable
      aria-label={t('column.namespace')}
      nothingFoundMessage={t('common.nothing')}
      data={[
        ...(namespaces.hasAll ? [{ value: all, label: t('cluster.allNamespaces') }] : []),
        ...namespaces.names.map((name) => ({ value: name, label: name })),
      ]}
      value={chosen ?? all}
      onChange={(value) => choose(value === all || !value ? '' : value)}
      allowDeselect={false}
      maxDropdownHeight={320}
    />
  )
}
