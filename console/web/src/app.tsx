import { App as AntApp, ConfigProvider, Spin } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { lazy, Suspense, useEffect } from 'react';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router-dom';
import { useI18n } from './i18n/i18n.tsx';
import { LoginPage } from './session/login-page.tsx';
import { PasswordPage } from './session/password-page.tsx';
import { useSession } from './session/session.tsx';
import { consoleTheme } from './theme.ts';

const Shell = lazy(() => import('./shell/shell.tsx'));
const HomePage = lazy(() => import('./dashboard/home-page.tsx'));
const DashboardPage = lazy(() => import('./dashboard/dashboard-page.tsx'));
const ApplicationsPage = lazy(() => import('./applications/applications-page.tsx'));
const ApplicationPage = lazy(() => import('./applications/application-page.tsx'));
const CustomersPage = lazy(() => import('./customers/customers-page.tsx'));
const CustomerPage = lazy(() => import('./customers/customer-page.tsx'));
const ReconcilePage = lazy(() => import('./reconcile/reconcile-page.tsx'));
const DeadLettersPage = lazy(() => import('./dead-letters/dead-letters-page.tsx'));
const DeadLetterPage = lazy(() => import('./dead-letters/dead-letter-page.tsx'));
const ReviewDeskPage = lazy(() => import('./review/review-desk-page.tsx'));
const ReviewCasePage = lazy(() => import('./review/review-case-page.tsx'));
const PoliciesPage = lazy(() => import('./policies/policies-page.tsx'));
const SimulationPage = lazy(() => import('./simulation/simulation-page.tsx'));
const StatusPage = lazy(() => import('./status/status-page.tsx'));
const NotFoundPage = lazy(() => import('./shell/not-found-page.tsx'));

export function App() {
  const { language } = useI18n();
  useEffect(() => {
    document.documentElement.lang = language;
    dayjs.locale(language === 'en' ? 'en' : 'zh-cn');
  }, [language]);
  return (
    <ConfigProvider theme={consoleTheme} locale={language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
      <AntApp>
        <Suspense fallback={<Waiting />}>
          <Pages />
        </Suspense>
      </AntApp>
    </ConfigProvider>
  );
}

function Waiting() {
  const { t } = useI18n();
  return (
    <div className="waiting" role="status">
      <Spin /> <span>{t('state.loading')}</span>
    </div>
  );
}

function Pages() {
  const { session } = useSession();
  if (session === undefined) return <Waiting />;
  if (session === null) return <LoginPage />;
  if (session.mustChangePassword) return <PasswordPage />;
  return (
    <BrowserRouter>
      <Routes>
        <Route element={<Shell />}>
          <Route index element={<HomePage />} />
          <Route path="login" element={<Navigate to="/" replace />} />
          <Route path="dashboards/:slug" element={<DashboardPage />} />
          <Route path="applications" element={<ApplicationsPage />} />
          <Route path="applications/:id" element={<ApplicationPage />} />
          <Route path="customers" element={<CustomersPage />} />
          <Route path="customers/:personId" element={<CustomerPage />} />
          <Route path="review" element={<ReviewDeskPage />} />
          <Route path="review/:id" element={<ReviewCasePage />} />
          <Route path="policies" element={<PoliciesPage />} />
          <Route path="simulation" element={<SimulationPage />} />
          <Route path="reconcile" element={<ReconcilePage />} />
          <Route path="dead-letters" element={<DeadLettersPage />} />
          <Route path="dead-letters/:id" element={<DeadLetterPage />} />
          <Route path="status" element={<StatusPage />} />
          <Route path="*" element={<NotFoundPage />} />
        </Route>
      </Routes>
    </BrowserRouter>
  );
}
