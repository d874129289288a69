import { PasswordInput, SimpleGrid, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { AppTarget } from '../../actions/app.ts'
import type { DialogProps } from '../../data/action.ts'
import { sourceText } from '../../data/source-phrases.ts'
import { sources } from '../../data/sources.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** Another image, repository or branch for an app that is there. */
export function Dialog({ target, close }: DialogProps<AppTarget>) {
  const { t, language } = useWords()
  const { context } = useActions()
  const { source } = target.data.app.spec
  const [image, setImage] = useState(source.image ?? '')
  const [url, setUrl] = useState(source.url ?? '')
  const [branch, setBranch] = useState(source.branch)
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  const isImage = source.type === 'image'
  return (
    <FormDialog
      title="settings.change"
      submit="common.save"
      onSubmit={() =>
        sources.set(
          target,
          isImage
            ? { image: image.trim() }
            : { url: url.trim(), branch: branch.trim(), ...(username && { username }), ...(password && { password }) },
        )
      }
      close={close}
      onDone={() => {
        context.say({ key: 'common.saved' })
        close()
      }}
    >
      {isImage ? (
        <TextInput
          label={t('add.imageField')}
          value={image}
          onChange={(event) => setImage(event.currentTarget.value)}
          classNames={{ input: 'mono' }}
          required
          data-autofocus
        />
      ) : (
        <>
          <TextInput
            label={t('add.url')}
            description={sourceText(language, 'urlHelp')}
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
            data-autofocus
          />
          <TextInput
            label={t('add.branch')}
            value={branch}
            onChange={(event) => setBranch(event.currentTarget.value)}
            required
          />
          {url.trim() !== '' && (
            <SimpleGrid cols={{ base: 1, sm: 2 }}>
              <TextInput
                label={`${t('add.gitUser')} (${t('common.optional')})`}
                value={username}
                autoComplete="off"
                onChange={(event) => setUsername(event.currentTarget.value)}
              />
              <PasswordInput
                label={`${t('add.gitPassword')} (${t('common.optional')})`}
                description={source.credentials ? sourceText(language, 'keepPassword') : undefined}
                inputWrapperOrder={['label', 'input', 'description', 'error']}
                value={password}
                autoComplete="new-password"
                onChange={(event) => setPassword(event.currentTarget.value)}
                visibilityToggleButtonProps={{ 'aria-label': t('signIn.show') }}
              />
            </SimpleGrid>
          )}
        </>
      )}
    </FormDialog>
  )
}
