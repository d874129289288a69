import { Select } from '@mantine/core'
import { useSearchParams } from 'wouter'
import { type AppDetail, type AppRef, appPath } from '../../data/platform.ts'
import { useWords } from '../../parts/language.tsx'
import { LogView } from '../../parts/log-view.tsx'

const lineOf = ({ time, instance, text }: { time: string; instance: string; text: string }) => ({
  time,
  from: instance,
  text,
})

/** What all instances print, as they print it. */
export function Logs({ data, project, app }: AppRef & { data: AppDetail }) {
  const { t } = useWords()
  const [search, setSearch] = useSearchParams()
  const environment = search.get('environment') ?? ''
  const path = `${appPath({ project, app })}/logs?environment=${encodeURIComponent(environment)}`
  return (
    <LogView
      key={path}
      path={`${path}&follow=true&tail=2000`}
      download={`${path}&tail=1000000`}
      label={`${project}-${app}`}
      lineOf={lineOf}
      withFrom
      tools={
        data.environments.length > 1 && (
          <Select
            size="xs"
            w={160}
            aria-label={t('column.environment')}
            data={[
              { value: '', label: t('log.allInstances') },
              ...data.environments.map((one) => ({ value: one.environment, label: one.environment })),
            ]}
            value={environment}
            onChange={(value) => setSearch(value ? { environment: value } : {}, { replace: true })}
            allowDeselect={false}
          />
        )
      }
    />
  )
}
