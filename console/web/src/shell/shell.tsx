import {
  AuditOutlined,
  CalculatorOutlined,
  ControlOutlined,
  DashboardOutlined,
  FileSearchOutlined,
  HeartOutlined,
  IdcardOutlined,
  InboxOutlined,
  LogoutOutlined,
  MenuFoldOutlined,
  MenuUnfoldOutlined,
  SolutionOutlined,
} from '@ant-design/icons';
import { Button, Layout, Menu, Skeleton, type MenuProps } from 'antd';
import { Suspense, useState, type ReactNode } from 'react';
import { Link, Outlet, useLocation } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { translator } from '../dashboard/dictionary.ts';
import { useI18n } from '../i18n/i18n.tsx';
import type { MessageKey } from '../i18n/messages.zh.ts';
import { useSession, type Right } from '../session/session.tsx';

const PAGES: { path: string; title: MessageKey; icon: ReactNode; right: Right }[] = [
  { path: '/applications', title: 'nav.applications', icon: <FileSearchOutlined />, right: 'applications.read' },
  { path: '/customers', title: 'nav.customers', icon: <IdcardOutlined />, right: 'customers.read' },
  { path: '/review', title: 'nav.review', icon: <SolutionOutlined />, right: 'tasks.read' },
  { path: '/policies', title: 'nav.policies', icon: <ControlOutlined />, right: 'policies.read' },
  { path: '/simulation', title: 'nav.simulation', icon: <CalculatorOutlined />, right: 'loans.simulate' },
  { path: '/reconcile', title: 'nav.reconcile', icon: <AuditOutlined />, right: 'reconcile.read' },
  { path: '/dead-letters', title: 'nav.deadLetters', icon: <InboxOutlined />, right: 'dead-letters.read' },
  { path: '/status', title: 'nav.status', icon: <HeartOutlined />, right: 'status.read' },
];

/** The frame of every page: what there is on the left, who is signed in on top. */
export default function Shell() {
  const { t, code, language, setLanguage } = useI18n();
  const { session, signOut, can } = useSession();
  const { pathname } = useLocation();
  const [collapsed, setCollapsed] = useState(false);
  const dashboards = useLoad('dashboards', async (signal) => dataOf(api.GET('/api/dashboards', { signal })));

  async function switchLanguage(): Promise<void> {
    const next = language === 'en' ? 'zh-CN' : 'en';
    setLanguage(next);
    await dataOf(api.PUT('/api/session/preferences', { body: { language: next } })).catch(() => undefined);
  }

  const items: MenuProps['items'] = [
    ...(dashboards.data?.dashboards ?? []).map((dashboard) => ({
      key: `/dashboards/${dashboard.slug}`,
      icon: <DashboardOutlined />,
      label: <Link to={`/dashboards/${dashboard.slug}`}>{translator(dashboard.texts, language)(dashboard.name)}</Link>,
    })),
    ...PAGES.filter((page) => can(page.right)).map((page) => ({
      key: page.path,
      icon: page.icon,
      label: <Link to={page.path}>{t(page.title)}</Link>,
    })),
  ];
  const selected = items
    .map((item) => String(item?.key))
    .filter((key) => pathname === key || pathname.startsWith(`${key}/`));

  return (
    <Layout className="shell">
      <Layout.Sider
        className="shell-side"
        width={196}
        collapsedWidth={52}
        collapsed={collapsed}
        breakpoint="lg"
        onBreakpoint={setCollapsed}
        trigger={null}
      >
        <Link to="/" className="shell-brand" aria-label={t('app.name')}>
          <img src="/favicon.svg" alt="" width={24} height={24} />
          {!collapsed && <span>{t('app.name')}</span>}
        </Link>
        <Menu mode="inline" inlineCollapsed={collapsed} items={items} selectedKeys={selected} />
      </Layout.Sider>
      <Layout>
        <Layout.Header className="shell-head">
          <Button
            type="text"
            aria-label={t(collapsed ? 'nav.expand' : 'nav.collapse')}
            icon={collapsed ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
            onClick={() => setCollapsed(!collapsed)}
          />
          <div className="shell-user">
            <Button type="text" onClick={() => void switchLanguage()} data-testid="language-switch">
              {t('language.switch')}
            </Button>
            <span className="shell-name">
              {session?.displayName}
              <em>{code('role', session?.role ?? '')}</em>
            </span>
            <Button type="text" icon={<LogoutOutlined />} onClick={() => void signOut()}>
              {t('nav.signOut')}
            </Button>
          </div>
        </Layout.Header>
        <Layout.Content className="shell-content">
          <Suspense fallback={<Skeleton active className="page" paragraph={{ rows: 10 }} />}>
            <Outlet />
          </Suspense>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}
