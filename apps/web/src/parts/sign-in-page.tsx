import { Card, Group, Text, Title } from '@mantine/core'
import { useWords } from './language.tsx'
import { Preferences } from './preferences.tsx'
import { SignInForm } from './sign-in-form.tsx'

/** Shown in place of any page until somebody is signed in; the page asked for comes right after. */
export function SignInPage() {
  const { t } = useWords()
  return (
    <main className="centred">
      <Card withBorder padding="xl" radius="lg" w="100%" maw={400}>
        <Group gap="sm" wrap="nowrap" mb="lg">
          <img src="/icon.svg" width={40} height={40} alt="" />
          <div>
            <Title order={1} size="h2">
              Sampan 舢板
            </Title>
            <Text size="sm" c="dimmed">
              {t('signIn.tagline')}
            </Text>
          </div>
        </Group>
        <SignInForm user="" />
        <Text size="xs" c="dimmed" mt="md">
          {t('signIn.help')}
        </Text>
        <Group justify="end" mt="md" gap={4}>
          <Preferences />
        </Group>
      </Card>
    </main>
  )
}
