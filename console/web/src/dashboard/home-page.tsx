import { Navigate } from 'react-router-dom';
import { api, dataOf } from '../api/client.ts';
import { useLoad } from '../api/use-load.ts';
import { EmptyState, Load } from '../components/states.tsx';

/** The start page is the first dashboard. */
export default function HomePage() {
  const loaded = useLoad('home', async (signal) => dataOf(api.GET('/api/dashboards', { signal })));
  return (
    <Load of={loaded}>
      {({ dashboards: [first] }) =>
        first === undefined ? <EmptyState /> : <Navigate to={`/dashboards/${first.slug}`} replace />
      }
    </Load>
  );
}
