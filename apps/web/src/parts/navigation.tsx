import { useQuery } from '@tanstack/react-query'
import { Link, useLocation } from 'wouter'
import { offer } from '../data/action.ts'
import { useCurrentProject } from '../data/current-project.ts'
import { useMays } from '../data/permissions.ts'
import { platform } from '../data/platform.ts'
import { goTo, hrefOf, type NavItem, navigation } from '../nav.ts'
import { useOffers } from './action-provider.tsx'
import { useWords } from './language.tsx'
import { ProjectSwitcher } from './project-switcher.tsx'

const items = navigation.flatMap((section) => section.items)

/** The sidebar: which project, and what there is in it, in the cluster and in the platform. */
export function Navigation() {
  const { t } = useWords()
  const [path] = useLocation()
  const projects = useQuery({ queryKey: ['platform', 'projects'], queryFn: platform.projects })
  const names = projects.data?.map(({ name }) => name) ?? []
  const project = useCurrentProject(names)
  const mays = useMays(items.map(({ right }) => right))
  const allowed = new Set(items.filter((_, i) => mays[i]))
  useOffers(
    items.flatMap((item) => {
      const href = hrefOf(item, project)
      return href ? [offer(goTo(item), href)] : []
    }),
    project ?? '',
  )
  return (
    <div className="navigation">
      {navigation.map(
        ({ title, needsProject, items }) =>
          (!needsProject || project) && (
            <div key={title ?? ''} className="nav-section">
              {title && !needsProject && <div className="nav-title">{t(title)}</div>}
              {needsProject && <ProjectSwitcher project={project!} projects={names} />}
              {items.map((item) => {
                const href = hrefOf(item, project)
                return href && allowed.has(item) ? (
                  <Line key={item.label} item={item} href={href} isHere={isHere(path, href)} />
                ) : null
              })}
            </div>
          ),
      )}
    </div>
  )
}

function Line({ item: { icon: Icon, label }, href, isHere }: { item: NavItem; href: string; isHere: boolean }) {
  const { t } = useWords()
  return (
    <Link href={href} aria-current={isHere ? 'page' : undefined} className="nav-item">
      <Icon width={15} height={15} />
      <span>{t(label)}</span>
    </Link>
  )
}

const isHere = (path: string, href: string) =>
  path === href || (isBranch(href) && path.startsWith(`${href}/`) && !path.startsWith(`${href}/settings`))

/** The overview of a project is no branch: pipelines below it have a line of their own. */
const isBranch = (href: string) => href !== '/' && !/^\/projects\/[^/]+$/.test(href)
