import { Text } from '@mantine/core'
import type { Pipeline } from '@sampan/resources/sampan/pipeline'
import { Link } from 'wouter'
import { pipelineHref } from '../data/paths.ts'
import { useWords } from './language.tsx'
import { State } from './state.tsx'
import { When } from './when.tsx'

/** A run in one line: what, of which commit, how it went, when. */
export function RunLine({ pipeline, withProject }: { pipeline: Pipeline; withProject?: boolean }) {
  const { said } = useWords()
  const { metadata, spec, status } = pipeline
  const project = metadata.namespace ?? ''
  return (
    <Link href={pipelineHref(project, metadata.name)} className="line">
      <State value={status?.state ?? 'pending'} size="sm" />
      <span className="grow">
        <Text size="sm" fw={500} truncate span display="block">
          {withProject ? `${project}/` : ''}
          {spec.app} #{spec.number}
        </Text>
        <Text size="xs" c="dimmed" truncate span display="block">
          {(status?.reason && said(status.reason)) ??
            spec.commit?.message?.split('\n')[0] ??
            spec.commit?.sha.slice(0, 8) ??
            ''}
        </Text>
      </span>
      {metadata.creationTimestamp && <When time={metadata.creationTimestamp} />}
    </Link>
  )
}
