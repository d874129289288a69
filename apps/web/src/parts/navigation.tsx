import { NavLink, ScrollArea, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { offer } from '../data/action.ts'
import { useCurrentProject } from '../data/current-project.ts'
import { useMay } from '../data/permissions.ts'
import { platform } from '../data/platform.ts'
import { goTo, hrefOf, type NavItem, type NavSection, navigation } from '../nav.ts'
import { useOffers } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { ProjectSwitcher } from './project-switcher.tsx'

/** The sidebar: which project, and what there is in it, in the cluster and in the platform. */
export function Navigation() {
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const names = projects.data?.map(({ name }) => name) ?? []
  const project = useCurrentProject(names)
  const offers = navigation
    .flatMap(({ items }) => items)
    .flatMap((item) => {
      const href = hrefOf(item, project)
      return href ? [offer(goTo(item), href)] : []
    })
  useOffers(offers, project ?? '')
  return (
    <ScrollArea type="hover" className="navigation">
      {navigation.map((section) => (
        <Section key={section.title ?? ''} section={section} project={project} projects={names} />
      ))}
    </ScrollArea>
  )
}

interface Of {
  section: NavSection
  project: string | undefined
  projects: readonly string[]
}

function Section({ section: { title, needsProject, items }, project, projects }: Of) {
  const { t } = useWords()
  if (needsProject && !project) return null
  return (
    <div className="nav-section">
      {title &&
        (needsProject ? (
          <ProjectSwitcher project={project!} projects={projects} />
        ) : (
          <Text size="xs" fw={600} c="dimmed" px="sm" mb={4}>
            {t(title)}
          </Text>
        ))}
      {items.map((item) => (
        <Item key={item.label} item={item} project={project} />
      ))}
    </div>
  )
}

function Item({ item, project }: { item: NavItem; project: string | undefined }) {
  const { t } = useWords()
  const [path] = useLocation()
  const may = useMay(item.right)
  const href = hrefOf(item, project)
  if (!may || !href) return null
  const Icon = item.icon
  const isHere =
    path === href || (isBranch(href) && path.startsWith(`${href}/`) && !path.startsWith(`${href}/settings`))
  return (
    <NavLink
      component={Link}
      href={href}
      label={t(item.label)}
      leftSection={<Icon width={15} height={15} />}
      active={isHere}
      aria-current={isHere ? 'page' : undefined}
      className="nav-item"
    />
  )
}

/** The overview of a project is no branch: pipelines below it have a line of their own. */
const isBranch = (href: string) => href !== '/' && !/^\/projects\/[^/]+$/.test(href)
