/** A report in the class's words, with what is given written over the top of it. */
export const reportLine = (id: string, fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    server_uuid: id,
    task: "performance_report",
    timestamp: new Date().toISOString(),
    mensage_id: "1",
    performance: {
      farm_state: { workers: { workers_alive: 2 }, tasks: { tasks_pending: 3, tasks_running: 1 } },
      config_thresholds: { max_task: 10 },
    },
    ...fields,
  });
