import type { PresentDrive } from './host-state';
import type { SelfTest } from './self-tests';

/** What the fake `smartctl` prints for one drive; `"@…@"` (a number) and `@…@` in small letters (text) are filled in then. */
export interface SmartReport {
  readonly json: string;
  readonly exitStatus: number;
}

/**
 * Null for a drive that smartctl cannot talk to. Shape and members are those of smartctl 7.4. With a test it is the report
 * while that one is under way; `@TESTCODE@`, `@TESTLEFT@` and `@TESTDONE@` stand for how far it is.
 */
export function buildSmartReport(entry: PresentDrive, test: SelfTest | null = null): SmartReport | null {
  const { drive } = entry;
  if (drive.smart === 'not_available') return null;
  const isFailing = entry.isFailing || drive.smart === 'failing';
  const isNvme = drive.transport === 'nvme';
  // 8: SMART status failing, 16: an attribute below its threshold, 128: failed entry in the self-test log.
  const exitStatus = isFailing ? (isNvme ? 8 : 152) : 0;
  const report = {
    ...buildHead(exitStatus),
    device: {
      name: '@DEVICE@',
      info_name: isNvme ? '@DEVICE@' : '@DEVICE@ [SAT]',
      type: isNvme ? 'nvme' : 'sat',
      protocol: isNvme ? 'NVMe' : 'ATA',
    },
    model_name: drive.model,
    serial_number: drive.serial,
    firmware_version: 'SN02',
    user_capacity: { blocks: drive.sizeBytes / 512, bytes: drive.sizeBytes },
    logical_block_size: 512,
    smart_support: { available: true, enabled: true },
    ...(isNvme ? buildNvme(entry, isFailing, test) : buildAta(entry, isFailing, test)),
    power_on_time: { hours: '@HOURS@' },
    power_cycle_count: 14,
    temperature: { current: '@DEGREES@' },
  };
  return { json: `${JSON.stringify(report, null, 2)}\n`, exitStatus };
}

function buildHead(exitStatus: number): object {
  return {
    json_format_version: [1, 0],
    smartctl: {
      version: [7, 4],
      pre_release: false,
      svn_revision: '5530',
      platform_info: 'x86_64-linux-6.6.44-production+truenas',
      build_info: '(local build)',
      argv: ['@ARGV@'],
      exit_status: exitStatus,
    },
    local_time: { time_t: '@NOW@' },
  };
}

function buildNvme(entry: PresentDrive, isFailing: boolean, test: SelfTest | null): object {
  return {
    ...buildNvmeTests(entry, test),
    smart_status: { passed: !isFailing, nvme: { value: isFailing ? 4 : 0 } },
    nvme_smart_health_information_log: {
      critical_warning: isFailing ? 4 : 0,
      temperature: '@DEGREES@',
      available_spare: isFailing ? 3 : 100,
      available_spare_threshold: 10,
      percentage_used: isFailing ? 104 : 1,
      data_units_read: 91_204,
      data_units_written: 120_551,
      host_reads: 1_402_118,
      host_writes: 2_215_090,
      controller_busy_time: 12,
      power_cycles: 14,
      power_on_hours: '@HOURS@',
      unsafe_shutdowns: 3,
      media_errors: isFailing ? 21 : 0,
      num_err_log_entries: isFailing ? 21 : 0,
      warning_temp_time: 0,
      critical_comp_time: 0,
    },
  };
}

/** smartctl 7.4 leaves the log out while there is nothing in it. */
function buildNvmeTests({ selfTests }: PresentDrive, test: SelfTest | null): object {
  if (selfTests.length === 0) return {};
  const name = (kind: SelfTest['kind']) => (kind === 'LONG' ? 'Extended' : 'Short');
  const results = { passed: 0, aborted: 1, interrupted: 2, failed: 7 } as const;
  const current = {
    value: test === null ? 0 : test.kind === 'LONG' ? 2 : 1,
    string: test === null ? 'No self-test in progress' : `${name(test.kind)} self-test in progress`,
  };
  return {
    nvme_self_test_log: {
      nsid: -1,
      current_self_test_operation: current,
      ...(test === null ? {} : { current_self_test_completion_percent: '@TESTDONE@' }),
      table: selfTests
        .filter((each) => each !== test)
        .map(({ kind, outcome, lifetimeHours }) => ({
          self_test_code: { value: kind === 'LONG' ? 2 : 1, string: name(kind) },
          self_test_result: {
            value: results[outcome ?? 'passed'],
            string: outcome === null || outcome === 'passed' ? 'Completed without error' : outcome,
          },
          power_on_hours: lifetimeHours,
        })),
    },
  };
}

const passedTest = { value: 0, string: 'Completed without error', passed: true };
const failedTest = { value: 121, string: 'Completed: read failure', remaining_percent: 90, passed: false };
const ataResults = {
  passed: passedTest,
  failed: failedTest,
  aborted: { value: 25, string: 'Aborted by host', remaining_percent: 90 },
  interrupted: { value: 41, string: 'Interrupted (host reset)', remaining_percent: 90 },
} as const;

function buildAta(entry: PresentDrive, isFailing: boolean, test: SelfTest | null): object {
  const { drive } = entry;
  const table = buildAtaTests(entry, isFailing, test);
  return {
    physical_block_size: drive.isRotational ? 4096 : 512,
    rotation_rate: drive.isRotational ? 7200 : 0,
    form_factor: {
      ata_value: drive.isRotational ? 2 : 3,
      name: drive.isRotational ? '3.5 inches' : '2.5 inches',
    },
    smart_status: { passed: !isFailing },
    ata_smart_data: {
      self_test: {
        status: buildAtaStatus(isFailing, test),
        polling_minutes: { short: 2, extended: Math.round(drive.sizeBytes / 12e9) },
      },
      capabilities: { values: [123, 3], self_tests_supported: true, error_logging_supported: true },
    },
    ata_smart_attributes: { revision: 16, table: buildAttributes(isFailing) },
    ata_smart_error_log: { summary: { revision: 1, count: 0 } },
    ata_smart_self_test_log: {
      standard: {
        revision: 1,
        table,
        count: table.length,
        error_count_total: isFailing ? 1 : 0,
        error_count_outdated: 0,
      },
    },
  };
}

function buildAtaStatus(isFailing: boolean, test: SelfTest | null): object {
  if (test !== null) {
    return {
      value: '@TESTCODE@',
      string: 'in progress, @testleft@% remaining',
      remaining_percent: '@TESTLEFT@',
    };
  }
  return isFailing
    ? { value: 121, string: 'completed with error (read test element)', passed: false }
    : { value: 0, string: 'completed without error', passed: true };
}

/** The log, newest first, down to the maker's own test. */
function buildAtaTests(
  { drive, selfTests }: PresentDrive,
  isFailing: boolean,
  test: SelfTest | null,
): readonly object[] {
  const own = selfTests
    .filter((each) => each !== test)
    .map(({ kind, outcome, lifetimeHours }) => ({
      type:
        kind === 'LONG' ? { value: 2, string: 'Extended offline' } : { value: 1, string: 'Short offline' },
      status: ataResults[outcome ?? (isFailing ? 'failed' : 'passed')],
      lifetime_hours: lifetimeHours,
    }));
  const first = {
    type: { value: 1, string: 'Short offline' },
    status: isFailing ? failedTest : passedTest,
    lifetime_hours: Math.max(0, drive.powerOnHours - 2),
    ...(isFailing ? { lba: 1_234_567_890 } : {}),
  };
  return [...own, first];
}

/** The attributes that people look at, of a new or of a worn-out drive. */
function buildAttributes(isFailing: boolean): readonly object[] {
  return [
    buildAttribute(1, 'Raw_Read_Error_Rate', 0),
    buildAttribute(3, 'Spin_Up_Time', 412),
    buildAttribute(4, 'Start_Stop_Count', 14),
    {
      ...buildAttribute(5, 'Reallocated_Sector_Ct', isFailing ? 2008 : 0),
      ...(isFailing ? { value: 4, worst: 4, when_failed: 'now' } : {}),
      thresh: 10,
    },
    buildAttribute(9, 'Power_On_Hours', '@HOURS@'),
    buildAttribute(12, 'Power_Cycle_Count', 14),
    buildAttribute(187, 'Reported_Uncorrect', isFailing ? 37 : 0),
    buildAttribute(194, 'Temperature_Celsius', '@DEGREES@'),
    buildAttribute(197, 'Current_Pending_Sector', isFailing ? 168 : '@PENDING@'),
    buildAttribute(198, 'Offline_Uncorrectable', isFailing ? 24 : 0),
    buildAttribute(199, 'UDMA_CRC_Error_Count', 0),
  ];
}

function buildAttribute(id: number, name: string, raw: number | string): object {
  return {
    id,
    name,
    value: 100,
    worst: 100,
    thresh: 0,
    when_failed: '',
    flags: { value: 51, string: 'PO--CK ', prefailure: true, updated_online: true, auto_keep: true },
    raw: { value: raw, string: String(raw).toLowerCase() },
  };
}
