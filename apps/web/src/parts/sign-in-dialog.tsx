import { Modal, Text } from '@mantine/core'
import { useWords } from './language.tsx'
import { SignInForm } from './sign-in-form.tsx'

/** Over a page whose session has ended. Whoever signs in as somebody else gets a fresh page. */
export function SignInDialog({ user }: { user: string }) {
  const { t } = useWords()
  return (
    <Modal opened onClose={() => undefined} withCloseButton={false} title={t('signIn.button')} zIndex={400}>
      <Text size="sm" mb="md">
        {t('shell.sessionOver')}
      </Text>
      <SignInForm user={user} />
    </Modal>
  )
}
