import { Anchor, Breadcrumbs, Group, Stack, Text, Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'wouter'
import { useWords } from './language.tsx'

export interface Crumb {
  label: string
  href: string
}

interface Props {
  title: string
  /** The way here, from the outside in, without this page. */
  trail?: readonly Crumb[]
  /** Beside the title: state, address. */
  beside?: ReactNode
  /** What can be done here, at the right. */
  actions?: ReactNode
  children: ReactNode
}

/** The frame of a page: where it is, what it is called, what can be done. */
export function Page({ title, trail = [], beside, actions, children }: Props) {
  const { t } = useWords()
  useEffect(() => {
    document.title = `${title} · Sampan`
  }, [title])
  return (
    <Stack gap="lg">
      <div>
        {trail.length > 0 && (
          <Breadcrumbs component="nav" aria-label={t('shell.trail')} separatorMargin={6} mb={4} className="trail">
            {trail.map(({ label, href }) => (
              <Anchor key={href} component={Link} href={href} size="sm" c="dimmed">
                {label}
              </Anchor>
            ))}
            <Text size="sm" c="dimmed" aria-current="page" className="name">
              {title}
            </Text>
          </Breadcrumbs>
        )}
        <Group justify="space-between" align="center" gap="sm">
          <Group gap="sm" className="page-title">
            <Title order={1} className="name">
              {title}
            </Title>
            {beside}
          </Group>
          {actions && (
            <Group gap="xs" wrap="wrap" className="page-actions">
              {actions}
            </Group>
          )}
        </Group>
      </div>
      {children}
    </Stack>
  )
}

/** A part of a page with a heading. */
export function Section({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section>
      <Group justify="space-between" mb="xs" gap="xs" mih={30}>
        <Title order={2}>{title}</Title>
        {actions && <Group gap="xs">{actions}</Group>}
      </Group>
      {children}
    </section>
  )
}
