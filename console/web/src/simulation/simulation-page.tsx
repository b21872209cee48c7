import { DownloadOutlined, UploadOutlined } from '@ant-design/icons';
import { Alert, App, Button, Form, Upload } from 'antd';
import { useState } from 'react';
import { Page } from '../components/page.tsx';
import { EmptyState } from '../components/states.tsx';
import { useI18n } from '../i18n/i18n.tsx';
import { ProblemList } from './event-dialog.tsx';
import { EXAMPLE } from './example.ts';
import { problemLines, showFieldErrors } from './field-errors.ts';
import { LoanFormPanel, type LoanFields } from './loan-form.tsx';
import { QuoteView } from './quote-view.tsx';
import { Scenario } from './scenario.tsx';
import { quote, simulate, type Outcome, type Quote, type SimulationForm } from './simulation-api.ts';
import { download, readFile, withoutEmpty } from './simulation-file.ts';

/** What the hub made of the terms last asked for. */
interface Shown {
  channel: string | undefined;
  quote: Quote;
  outcome: Outcome;
}

/** 试算: what a loan costs, and what becomes of it when it is paid late, early, in part or not at all. Nothing is stored. */
export default function SimulationPage() {
  const i18n = useI18n();
  const { t } = i18n;
  const { message } = App.useApp();
  const [fields] = Form.useForm<LoanFields>();
  /** The terms last asked for and the events; these stay while terms are mended. */
  const [form, setForm] = useState<SimulationForm>();
  const [shown, setShown] = useState<Shown>();
  /** counts what was opened as a whole: the scenario then begins anew */
  const [opened, setOpened] = useState(0);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly string[]>([]);
  const [fileProblems, setFileProblems] = useState<readonly string[]>([]);

  async function show(next: SimulationForm, channel: string | undefined): Promise<void> {
    const [quoted, outcome] = await Promise.all([quote(next.loan, channel), simulate(next, channel)]);
    setForm(next);
    setShown({ channel, quote: quoted, outcome });
  }

  async function ask({ by: _, channel, ...loan }: LoanFields): Promise<void> {
    setBusy(true);
    setProblems([]);
    try {
      await show({ ...(form ?? { events: [] }), loan: withoutEmpty(loan) }, channel);
    } catch (error) {
      setShown(undefined);
      setProblems(showFieldErrors(fields, error, '', i18n));
    } finally {
      setBusy(false);
    }
  }

  /** Shows a simulation that comes as a whole, once the hub has taken it as a whole. */
  async function open(whole: SimulationForm): Promise<void> {
    setBusy(true);
    setFileProblems([]);
    const { error } = await simulate(whole, undefined);
    if (error === undefined) {
      fields.resetFields();
      fields.setFieldsValue({ ...withoutEmpty(whole.loan), by: whole.loan.product == null ? 'terms' : 'product' });
      setProblems([]);
      setOpened((before) => before + 1);
      await show(whole, undefined).catch((failure: unknown) => setProblems(problemLines(failure, i18n)));
    } else setFileProblems(problemLines(error, i18n));
    setBusy(false);
  }

  async function openFile(file: File): Promise<void> {
    try {
      await open(await readFile(file));
    } catch (error) {
      setFileProblems([t('simulation.notJson', { detail: error instanceof Error ? error.message : String(error) })]);
    }
  }

  return (
    <Page
      title={t('simulation.title')}
      intro={t('simulation.intro')}
      actions={
        <>
          <Button onClick={() => void open(EXAMPLE)}>{t('simulation.example')}</Button>
          <Upload
            accept=".json,application/json"
            showUploadList={false}
            beforeUpload={(file) => (void openFile(file), Upload.LIST_IGNORE)}
          >
            <Button icon={<UploadOutlined />}>{t('simulation.import')}</Button>
          </Upload>
          <Button
            icon={<DownloadOutlined />}
            disabled={form === undefined || shown === undefined}
            onClick={() => {
              if (form === undefined) return;
              download(form);
              message.success(t('simulation.exported'));
            }}
          >
            {t('simulation.export')}
          </Button>
        </>
      }
    >
      {fileProblems.length > 0 && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t('simulation.fileRefused')}
          description={<ProblemList lines={fileProblems} />}
          closable={{ onClose: () => setFileProblems([]) }}
        />
      )}
      <div className="simulation">
        <section className="panel">
          <h2>{t('simulation.terms')}</h2>
          <LoanFormPanel form={fields} busy={busy} problems={problems} onAsk={(asked) => void ask(asked)} />
        </section>
        <section className="panel">
          <h2>{t('simulation.plan')}</h2>
          {shown === undefined ? (
            <EmptyState title={t('simulation.empty')} hint={t('simulation.emptyHint')} />
          ) : (
            <QuoteView quote={shown.quote} />
          )}
        </section>
      </div>
      {form !== undefined && shown !== undefined && (
        <Scenario
          key={opened}
          form={form}
          channel={shown.channel}
          outcome={shown.outcome}
          busy={busy}
          onChange={(next, outcome) => {
            setForm(next);
            setShown({ ...shown, outcome });
          }}
        />
      )}
    </Page>
  );
}
