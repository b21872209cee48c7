import type { ThemeConfig } from 'antd';

const FONT =
  '-apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", Roboto, "Helvetica Neue", Arial, sans-serif';

/** Dense and quiet: staff read these pages all day. */
export const consoleTheme: ThemeConfig = {
  token: {
    colorPrimary: '#1d4f91',
    colorInfo: '#1d4f91',
    colorSuccess: '#1a8a63',
    colorWarning: '#c77d0a',
    colorError: '#c23b4b',
    colorSuccessBg: '#edf8f3',
    colorSuccessBorder: '#b5dfcd',
    colorErrorBg: '#fdf0f1',
    colorErrorBorder: '#f0bfc5',
    colorInfoBg: '#eef4fc',
    colorTextBase: '#1c2733',
    colorBgLayout: '#f3f5f8',
    colorBorderSecondary: '#e6eaf0',
    borderRadius: 5,
    fontSize: 13,
    fontSizeSM: 12,
    controlHeight: 30,
    controlHeightSM: 24,
    padding: 12,
    paddingLG: 16,
    margin: 12,
    fontFamily: FONT,
  },
  components: {
    Table: { headerBg: '#f7f9fb', headerColor: '#54616f', cellPaddingBlockSM: 6, cellPaddingInlineSM: 10 },
    Menu: { itemBorderRadius: 4, itemHeight: 36, itemSelectedBg: '#e7eef8', itemMarginInline: 6 },
    Layout: { siderBg: '#ffffff', headerBg: '#ffffff' },
  },
};

/** The colours of outcomes, the same in charts, tags and tables; told apart without red and green alone. */
export const OUTCOME_COLORS: Readonly<Record<string, string>> = {
  APPROVED: '#1a8a63',
  REFERRED: '#dd9a1f',
  DECLINED: '#c23b4b',
  PENDING: '#8a97a8',
};
