import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReleaseTarget } from '../../actions/app.ts'
import type { DialogProps } from '../../data/action.ts'
import { platform } from '../../data/platform.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { DiffDialog } from './diff-dialog.tsx'
import { shortImage } from './release-table.tsx'

/** What bringing a release back would change, then bringing it back. */
export function Dialog({ target: { project, app, number, environment, isAgain }, close }: DialogProps<ReleaseTarget>) {
  const { t } = useWords()
  const { context } = useActions()
  const serving = useQuery({
    queryKey: ['platform', 'app', project, app],
    queryFn: () => platform.app({ project, app }),
    select: ({ releases }) => releases.find((one) => one.serving.length > 0)?.number ?? number,
  })
  const diff = useQuery({
    queryKey: ['platform', 'diff', project, app, number, serving.data],
    queryFn: () => platform.diff({ project, app }, number, serving.data),
    enabled: serving.data !== undefined,
    select: (found) => ({
      ...found,
      environments: found.environments.filter(({ name }) => !environment || name === environment),
    }),
  })
  return (
    <DiffDialog
      title={isAgain ? 'release.again' : 'release.rollback'}
      confirm={isAgain ? 'release.again' : 'release.rollback'}
      changes={diff}
      note={({ image }) =>
        image.before !== image.after && (
          <Text size="xs" c="dimmed" className="name">
            {t('pipeline.image')}: {shortImage(image.before ?? '–')} → {shortImage(image.after)}
          </Text>
        )
      }
      onConfirm={async () => {
        await platform.rollback({ project, app }, number, environment)
        context.say(isAgain ? { key: 'staged.released' } : { key: 'release.rollingBack', values: { number } })
      }}
      close={close}
    >
      <Text size="sm">{t(isAgain ? 'release.againAsk' : 'release.rollbackAsk', { number, app })}</Text>
    </DiffDialog>
  )
}
