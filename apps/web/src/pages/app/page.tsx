import { Group, Tabs } from '@mantine/core'
import { useLocation } from 'wouter'
import { deleteApp, deployApp, openApp, pullImage, scaleApp } from '../../actions/app.ts'
import { offer } from '../../data/action.ts'
import { useAppDetail } from '../../data/app-detail.ts'
import type { MessageKey } from '../../data/messages.ts'
import { appHref, projectHref } from '../../data/paths.ts'
import type { AppDetail, AppRef } from '../../data/platform.ts'
import { standingOf } from '../../data/states.ts'
import { ActionButton } from '../../parts/action-button.tsx'
import { useOffers } from '../../parts/action-provider.tsx'
import { useWords } from '../../parts/language.tsx'
import { Loaded } from '../../parts/loaded.tsx'
import { Page as Frame } from '../../parts/page.tsx'
import { State } from '../../parts/state.tsx'
import { TabList } from '../../parts/tab-list.tsx'
import { Config } from './config.tsx'
import { Logs } from './logs.tsx'
import { Network } from './network.tsx'
import { Overview } from './overview.tsx'
import { Releases } from './releases.tsx'
import { Settings } from './settings.tsx'
import { Terminal } from './terminal.tsx'

const tabs = [
  { name: 'overview', label: 'app.overview', Panel: Overview },
  { name: 'releases', label: 'app.releases', Panel: Releases },
  { name: 'logs', label: 'app.log', Panel: Logs },
  { name: 'terminal', label: 'object.terminal', Panel: Terminal },
  { name: 'config', label: 'app.config', Panel: Config },
  { name: 'network', label: 'app.network', Panel: Network },
  { name: 'settings', label: 'app.settings', Panel: Settings },
] as const satisfies { name: string; label: MessageKey; Panel: (of: AppRef & { data: AppDetail }) => unknown }[]

/** One app: how it is and why, what was released, its log, its configuration, its way in. The tab is in the address. */
export function Page({ project, app, tab = 'overview' }: AppRef & { tab?: string }) {
  const { t } = useWords()
  const [, go] = useLocation()
  const detail = useAppDetail({ project, app })
  const target = detail.data && { project, app, data: detail.data }
  useOffers(
    target
      ? [openApp, deployApp, pullImage, scaleApp]
          .map((action) => offer(action, target, app))
          .concat(offer(deleteApp, target, app))
      : [],
    `${project}/${app} ${detail.dataUpdatedAt}`,
  )
  return (
    <Frame
      title={app}
      trail={[
        { label: t('home.title'), href: '/' },
        { label: project, href: projectHref(project) },
      ]}
      beside={
        <Group gap={6}>
          {detail.data?.environments.map((one) => (
            <State key={one.environment} value={standingOf(one)} />
          ))}
        </Group>
      }
      actions={
        target && (
          <>
            <ActionButton action={openApp} target={target} />
            <ActionButton action={scaleApp} target={target} />
            <ActionButton action={deployApp} target={target} />
            <ActionButton action={pullImage} target={target} />
          </>
        )
      }
    >
      <Loaded query={detail}>
        {(data) => (
          <Tabs
            value={tab}
            onChange={(name) => name && go(appHref(project, app, name))}
            keepMounted={false}
            className="tabs"
          >
            <TabList tabs={tabs.map(({ name, label }) => ({ id: name, title: t(label) }))} chosen={tab} />
            {tabs.map(({ name, Panel }) => (
              <Tabs.Panel key={name} value={name}>
                <Panel data={data} project={project} app={app} />
              </Tabs.Panel>
            ))}
          </Tabs>
        )}
      </Loaded>
    </Frame>
  )
}
