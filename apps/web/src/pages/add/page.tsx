import { Button, Group, Text } from '@mantine/core'
import { Suspense } from 'react'
import { Link, useSearchParams } from 'wouter'
import { addToProject } from '../../actions/project.ts'
import { addHref, projectHref } from '../../data/paths.ts'
import { useMay } from '../../data/permissions.ts'
import { Empty } from '../../parts/empty.tsx'
import { useWords } from '../../parts/language.tsx'
import { lazily } from '../../parts/lazily.ts'
import { Loading } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { PushCommands } from './push-commands.tsx'
import { ServiceForm } from './service-form.tsx'
import { ways } from './ways.ts'

const YamlForm = lazily(() => import('./yaml-form.tsx'), 'YamlForm')

/** "+ Add": first how, then what. Each step has its address. */
export function Page({ project, way: name }: { project: string; way?: string }) {
  const { t } = useWords()
  const [search] = useSearchParams()
  const app = search.get('app')
  const way = ways.find((one) => one.name === name)
  const trail = [
    { label: t('home.title'), href: '/' },
    { label: project, href: projectHref(project) },
  ]
  const may = useMay(addToProject.right?.(project))
  if (may === false)
    return (
      <Frame title={t('add.title')} trail={trail}>
        <Empty
          title={t('common.notAllowed')}
          action={
            <Button component={Link} href={projectHref(project)} variant="default">
              {t('add.toProject', { project })}
            </Button>
          }
        >
          {t('add.notAllowed')}
        </Empty>
      </Frame>
    )
  if (!way)
    return (
      <Frame title={t('add.title')} trail={trail}>
        <Text c="dimmed" size="sm">
          {t('add.how')}
        </Text>
        <div className="cards">
          {ways.map(({ name, label, help, icon: Icon }) => (
            <Link key={name} href={addHref(project, name)} className="tile">
              <Group gap="md" wrap="nowrap" align="start">
                <Icon width={22} height={22} />
                <div className="grow">
                  <Text fw={600} size="sm">
                    {t(label)}
                  </Text>
                  <Text size="sm" c="dimmed" mt={2}>
                    {t(help)}
                  </Text>
                </div>
              </Group>
            </Link>
          ))}
        </div>
      </Frame>
    )
  return (
    <Frame title={t(way.label)} trail={[...trail, { label: t('add.title'), href: addHref(project) }]}>
      <div className="column">
        {way.name === 'yaml' ? (
          <Suspense fallback={<Loading />}>
            <YamlForm project={project} />
          </Suspense>
        ) : way.name === 'push' && app ? (
          <PushCommands project={project} app={app} />
        ) : (
          <ServiceForm key={way.name} project={project} way={way.name} />
        )}
      </div>
    </Frame>
  )
}
