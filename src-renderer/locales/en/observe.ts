/** Texts about what is kept of sessions and messages. */
export const observe = {
  retention: {
    kept: 'Kept now',
    keptTranscripts: '{count} sessions, {size} of {limit}',
    keptTimelines: '{count} messages',
    oldest: 'The oldest is from',
    transcripts: 'Transcripts',
    recordsSessions: 'Record what is said in sessions',
    recordsSessionsHint:
      'Switched off, sessions that begin leave no transcript. Passwords are never recorded.',
    transcriptDays: 'Keep transcripts for (days)',
    transcriptDaysHint:
      'Those of sessions that carried messages stay as long as timelines, if that is longer.',
    transcriptMiB: 'Room for transcripts (MiB)',
    transcriptMiBHint: 'When it is full the oldest go, first those that carried no message.',
    linesPerSession: 'Lines of a session',
    linesPerSessionHint: 'What is said beyond is counted, not kept; the transcript says how much that was.',
    sessionsPerSecond: 'Sessions a second that are all kept',
    sessionsPerSecondHint:
      'Beyond them one of ten is kept of those that carried no message. 0: always all of them.',
    content: 'Record what messages say',
    contentHint: 'Otherwise a transcript shows how large they were.',
    contentWarning:
      'Whoever may read transcripts can then read the mail of everybody here. Tell people before, and switch it off when you have found what you were looking for.',
    contentKiB: 'Of each message (KiB)',
    contentKiBHint: 'The rest is not kept.',
    timelines: 'Timelines',
    timelineDays: 'Keep timelines for (days)',
    timelineDaysHint: 'What became of each message. What still waits in the queue is kept in any case.',
    outOfRange: 'Whole numbers, please: days from 1 to 3650, room from 1 MiB, lines from 100 to 100,000.',
    atOnce: 'Holds at once. What is older than that goes for good.',
  },
};
