import { FileInput, Text } from '@mantine/core'
import { useState } from 'react'
import type { AppTarget } from '../../actions/app.ts'
import type { DialogProps } from '../../data/action.ts'
import { upload } from '../../data/launch.ts'
import { appHref } from '../../data/paths.ts'
import { sourceText } from '../../data/source-phrases.ts'
import { useActions } from '../../parts/action-provider.tsx'
import { FormDialog } from '../../parts/form-dialog.tsx'
import { useWords } from '../../parts/language.tsx'

/** The code as it is now, as an archive: one commit more, which is built and released. */
export function Dialog({ target, close }: DialogProps<AppTarget>) {
  const { t, language } = useWords()
  const { context } = useActions()
  const [file, setFile] = useState<File | null>(null)
  return (
    <FormDialog
      title="settings.upload"
      submit="settings.uploadButton"
      isDisabled={!file}
      onSubmit={() => upload(target, file!)}
      close={close}
      onDone={() => {
        close()
        context.go(appHref(target.project, target.app))
      }}
    >
      <Text size="sm">{sourceText(language, 'uploadHelp')}</Text>
      <FileInput
        label={t('add.file')}
        placeholder={t('add.filePick')}
        accept=".zip,.tar,.gz,.tgz"
        value={file}
        onChange={setFile}
        required
        data-autofocus
      />
    </FormDialog>
  )
}
