export interface paths {
    "/api/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List sessions, newest first */
        get: operations["listSessions"];
        put?: never;
        /**
         * Start a session
         * @description It is active at once; several may run.
         */
        post: operations["startSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A session with its checkpoints */
        get: operations["getSession"];
        put?: never;
        post?: never;
        /** Delete a finished session with all it holds */
        delete: operations["deleteSession"];
        options?: never;
        head?: never;
        /**
         * Pause, resume, complete or rename a session, change its budget or duration
         * @description All or nothing. A completed session changes no more (409).
         */
        patch: operations["changeSession"];
        trace?: never;
    };
    "/api/sessions/{id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Usage in order of arrival, with totals over all of it */
        get: operations["listTokens"];
        put?: never;
        /** Record tokens that were used */
        post: operations["recordTokens"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mark a point that the session has reached */
        post: operations["reachCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/projection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the session’s usage is heading */
        get: operations["getProjection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sessions/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The session’s journal
         * @description With `Accept: text/event-stream` the answer follows the session live: `id` is the seq, `event` the type, `data` the event; `Last-Event-ID` resumes. Past the end of the session an event `gap` tells the last id that there is, and what is new follows.
         */
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tokens, sessions and active time, bucket by bucket
         * @description Of the sessions that the caller may see. Active time of those that are open counts up to now.
         */
        get: operations["getAnalytics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/analytics/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Sessions, usage and checkpoints as a file
         * @description Of the sessions that the caller may see. Where rows are missing since the journal is damaged, the file says so; one table alone breaks off there.
         */
        get: operations["export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/daily": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used, day by day
         * @description Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.
         */
        get: operations["getUsageDaily"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/weekly": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used, week by week
         * @description Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.
         */
        get: operations["getUsageWeekly"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/monthly": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used, month by month
         * @description Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.
         */
        get: operations["getUsageMonthly"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/blocks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used, in blocks of five hours
         * @description Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.
         */
        get: operations["getUsageBlocks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used, session by session
         * @description Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.
         */
        get: operations["getUsageSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/models": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used, model by model
         * @description Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.
         */
        get: operations["getUsageModels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/projects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used, directory by directory
         * @description Of the sessions that the caller may see, each response counted once. Rows that hold nothing are left out.
         */
        get: operations["getUsageProjects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How far the reading of what agents left on the server’s machine has come */
        get: operations["getUsageStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/hours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What agents used in each of the last hours
         * @description Of the sessions that the caller may see, each response counted once. Hours begin as they do in UTC.
         */
        get: operations["getUsageHours"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/prices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The prices that responses are reckoned by, and the models that have none */
        get: operations["getUsagePrices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/reprice": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Price all responses anew whose prices have changed
         * @description Reads the server’s own prices again first; where they can’t be used it is 400, and nothing is changed. What was reported with its cost keeps that.
         */
        post: operations["repriceUsage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/rows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your ledger row by row, as another server takes it
         * @description Responses of your own that transcripts told of. A walk through all goes from `next` to `next`; the next one begins `since` the `upTo` of this one’s first page.
         */
        get: operations["listLedgerRows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/push": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take what agents used on another machine
         * @description It is yours, by whom the token is. A response that is known, from this machine or another, is not counted again; it is priced by this server’s prices.
         */
        post: operations["pushUsage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/windows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the five-hour and weekly limits of each agent stand, and where they are heading
         * @description Of your own usage; a viewer is shown the owner’s. Each percentage says what it is based on.
         */
        get: operations["getUsageWindows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report how far limits are used, as the provider told it
         * @description What a status line reports. The same told again is kept once.
         */
        post: operations["reportLimits"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Find what was said in agents’ sessions: prompts and answers
         * @description Of the caller’s own sessions, and all for the owner. A viewer sees sessions, and reads nothing of what was said in them.
         */
        get: operations["search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/budgets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Your budgets across sessions, newest first
         * @description The server’s owner sees those of all users.
         */
        get: operations["listBudgets"];
        put?: never;
        /**
         * Set a budget across sessions
         * @description Makes one (201), or changes the one of yours with the same filter, period and measure (200): what is not said stays as it was. Alerts are raised at 80, 95 and 100 % and when the period would end over the limit, once each in a period.
         */
        post: operations["setBudget"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/usage/budgets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A budget with how it stands */
        get: operations["getBudget"];
        put?: never;
        post?: never;
        /** Delete a budget, and resume what it paused */
        delete: operations["deleteBudget"];
        options?: never;
        head?: never;
        /**
         * Change a budget’s limit, name or action
         * @description Another limit raises its alerts again; one over what is used resumes what the budget paused.
         */
        patch: operations["changeBudget"];
        trace?: never;
    };
    "/v1/logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the events that an agent sends of itself (OTLP)
         * @description Of Claude Code what tells of its usage is counted, reconciled with its transcripts; all else is taken and passed over. In JSON or protobuf, packed with gzip if so wished; answered, and refused, in the same.
         */
        post: operations["exportLogs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the counters that an agent sends of itself (OTLP)
         * @description Of Claude Code what tells of its usage is counted, reconciled with its transcripts; all else is taken and passed over. In JSON or protobuf, packed with gzip if so wished; answered, and refused, in the same.
         */
        post: operations["exportMetrics"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** REPL sessions that you may see, newest first */
        get: operations["listReplSessions"];
        put?: never;
        /** Create a REPL session */
        post: operations["createReplSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A REPL session */
        get: operations["getReplSession"];
        put?: never;
        post?: never;
        /** Delete a REPL session with all it holds; what runs is stopped */
        delete: operations["deleteReplSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a command
         * @description Answers when the command has ended and all that came of it is durable. A command that throws is answered with 200 and its error as text; the header `X-Stint-Outcome` says `value`, `error` or `stopped`. A session of that name is created where there is none. `X-Client-Id` names the client in the journal, and whose lease it is; while another client holds one to write: 409.
         */
        post: operations["executeCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stop the command that runs; its session is what it was before */
        post: operations["cancelCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/save": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Write a full image of the session now; all that was acknowledged is durable at all times */
        post: operations["saveReplSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The session’s journal, oldest first
         * @description `format=jsonl`: a line an event, with the header first where it is asked for from the beginning.
         */
        get: operations["listReplEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session’s checkpoints, newest first */
        get: operations["listReplCheckpoints"];
        put?: never;
        /** Make a checkpoint of the session as it is */
        post: operations["makeReplCheckpoint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/goto": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Go back to the state after an event; nothing is cut off */
        post: operations["gotoReplEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/fork": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A session of your own that goes on beside this one, from an event or from now */
        post: operations["forkReplSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What the session has taken */
        get: operations["getReplMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/checkpoints/{seq}/annotation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Say something of a checkpoint, in the place of what was said of it */
        put: operations["annotateReplCheckpoint"];
        post?: never;
        /** Take back what was said of a checkpoint; the answer is what that was */
        delete: operations["deleteReplAnnotation"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Checkpoints with their annotations, and forks */
        get: operations["getReplTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session’s snapshots, newest first */
        get: operations["listReplSnapshots"];
        put?: never;
        /** Keep the state as it is under an id */
        post: operations["takeReplSnapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/snapshots/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Back to the state of a snapshot; nothing is cut off */
        post: operations["restoreReplSnapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/snapshots/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a snapshot; the session stays as it is */
        delete: operations["deleteReplSnapshot"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find a text in what was typed and what came of it */
        get: operations["searchReplSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * What may stand where the cursor is
         * @description From the session as it is now, without running anything of it. While a command runs there are no completions: nobody waits for one.
         */
        post: operations["completeCode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take or renew a lease of a session for one of your clients
         * @description It is over 30 s after its client last used it, and lasts as long as a command of its client. While a client holds a lease to write (`readwrite`), what others would write is refused with 409 `session_locked`, whose `details` say who writes and until when at the least. A lease to read (`readonly`) keeps its own client from writing, with 403, and nobody else. Without a lease a client writes where no other one holds one.
         */
        post: operations["takeReplAccess"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/access/{clientId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Give a lease of one of your clients back, if it has one */
        delete: operations["freeReplAccess"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/{name}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The session’s journal as a file: its header and all its events, a line each */
        get: operations["exportReplSession"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/repl/sessions/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A session of your own, made of a journal by running its commands again
         * @description Each command is run with the clock and the seed that its input has, and what a model answered is taken from the journal: no model is asked. In the shape of the session server’s document, or in the older dialect (`ts`, `result`). What is printed or comes to something else than the journal says is told, and no error. Where something is wrong nothing is left behind.
         */
        post: operations["importReplSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Comments on a session, in threads by what they are about */
        get: operations["listComments"];
        put?: never;
        /** Comment on a session */
        post: operations["addComment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your hooks, newest first */
        get: operations["listHooks"];
        put?: never;
        /**
         * Have a webhook called, or a command run, when an alert is raised
         * @description It hears of alerts that are raised from now on, in sessions that you may see.
         */
        post: operations["createHook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A hook of yours */
        get: operations["getHook"];
        put?: never;
        post?: never;
        /** Delete a hook with its deliveries */
        delete: operations["deleteHook"];
        options?: never;
        head?: never;
        /** Switch a hook off, or on again */
        patch: operations["changeHook"];
        trace?: never;
    };
    "/api/hooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a hook at once, with an alert that is none */
        post: operations["testHook"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/hooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a hook was to be told and how that went, newest first
         * @description Settled ones are kept for 30 days.
         */
        get: operations["listHookDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who you are */
        get: operations["getMe"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/ws-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A ticket that opens one socket */
        post: operations["issueTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Your tokens, newest first */
        get: operations["listTokensOfCaller"];
        put?: never;
        /** A new token of yours */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token of yours
         * @description Its sockets and event streams are closed.
         */
        delete: operations["revokeToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link that signs one browser in, once */
        post: operations["createSignInLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn the code of a sign-in link into a token */
        post: operations["signIn"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The server’s users, newest first; the owner’s to see */
        get: operations["listUsers"];
        put?: never;
        /**
         * Add a user: a member, unless told otherwise
         * @description Names and e-mails are told apart whatever their case.
         */
        post: operations["addUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a user with their tokens and hooks
         * @description Their sockets and event streams are closed; their sessions stay, the owner’s to see and change.
         */
        delete: operations["removeUser"];
        options?: never;
        head?: never;
        /**
         * Change a user’s name, e-mail or role
         * @description With a new role the user’s sockets and event streams are closed; they open again with its rights.
         */
        patch: operations["changeUser"];
        trace?: never;
    };
    "/api/users/{id}/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A user’s tokens, newest first */
        get: operations["listTokensOfUser"];
        put?: never;
        /** A new token of a user’s, to be handed on */
        post: operations["createTokenForUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/tokens/{tokenId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token of a user’s
         * @description Its sockets and event streams are closed.
         */
        delete: operations["revokeTokenOfUser"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/sign-in-links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** A link that signs a browser of a user’s in, once */
        post: operations["createSignInLinkForUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/teams": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Teams by name, with their members; the owner’s to see */
        get: operations["listTeams"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/teams/{team}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Put a user in a team
         * @description A team comes to be with its first member. Who is in it already stays.
         */
        put: operations["joinTeam"];
        post?: never;
        /**
         * Take a user out of a team
         * @description A team whose last member leaves is gone.
         */
        delete: operations["leaveTeam"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Backups that there are, newest first */
        get: operations["listBackups"];
        put?: never;
        /** Back up all data; the answer comes when it is on the disk and was read back */
        post: operations["createBackup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/backups/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The backup itself: an SQLite database */
        get: operations["readBackup"];
        put?: never;
        post?: never;
        /** Remove a backup */
        delete: operations["removeBackup"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether the server is up; more with a token */
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the server is doing */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The server in figures, in Prometheus’s text format
         * @description For the owner alone: the figures are those of everybody’s work.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description Refused */
        ApiError: {
            /**
             * @description What is wrong, in one snake_case word
             * @example session_not_found
             */
            error: string;
            /** @description The same for a person, with what to do next */
            message: string;
            /**
             * @description HTTP status
             * @example 404
             */
            code: number;
            details?: unknown;
        };
        Me: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            name: string;
            email?: string;
            /** @enum {string} */
            role: "owner" | "member" | "viewer";
            /** @description Whether you may start, with this token, what runs on the server’s machine */
            host: boolean;
            token: {
                id: string;
                name: string;
                /**
                 * @description Unix time, ms
                 * @example 1790000000000
                 */
                expiresAt?: number;
            };
        };
        Ticket: {
            /** @description Good once, as `?ticket=` of a socket */
            ticket: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            expiresAt: number;
        };
        Token: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "owner" | "env" | "api" | "browser";
            /**
             * @description It was given the right to start what runs on the host
             * @constant
             */
            host?: true;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            expiresAt?: number;
        };
        NewToken: {
            name: string;
            /** @description ms from now; absent: never */
            expiresIn?: number;
            /** @description With the right to start what runs on the server’s machine, as the server’s own user */
            host?: boolean;
        };
        CreatedToken: {
            id: string;
            name: string;
            /** @enum {string} */
            kind: "owner" | "env" | "api" | "browser";
            /**
             * @description It was given the right to start what runs on the host
             * @constant
             */
            host?: true;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            expiresAt?: number;
            /** @description Shown once; kept only as a hash */
            token: string;
        };
        TokenList: {
            tokens: components["schemas"]["Token"][];
        };
        SignInLink: {
            /** @description Signs one browser in, once */
            url: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            expiresAt: number;
        };
        SignIn: {
            code: string;
        };
        SignedIn: {
            token: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            expiresAt: number;
        };
        /** @description A command of the user’s; its tokens are read from the transcripts in its directory */
        Run: {
            /**
             * Format: starts_with
             * @description Where the command runs
             */
            directory: string;
            /** @description Process that owns the session, on the server’s machine */
            pid?: number;
            /** @description Its start time as the operating system tells it */
            pidStartedAt?: string;
            /**
             * Format: starts_with
             * @description CLAUDE_CONFIG_DIR of the command
             */
            agentConfigDir?: string;
        };
        /** @description A session of an agent’s that was found by what the agent leaves on disk */
        AgentSession: {
            /**
             * @description Which agent
             * @example claude
             */
            source: string;
            /** @description The agent’s own id of the session */
            sessionId: string;
            directory?: string;
            gitBranch?: string;
            /** @description The agent’s own id of the session it was forked from */
            forkedFrom?: string;
            /** @description The machine that it was pushed from */
            machine?: string;
            /** @description Responses in its history that another session had first, and that count there */
            shared?: number;
        };
        StartSession: {
            name?: string;
            /**
             * @description Milliseconds, at most 366 days; kept in whole ms
             * @example 18000000
             */
            duration: number;
            tokenBudget?: number;
            /**
             * @description At 100 % of the budget: alert only (warn), or pause as well
             * @enum {string}
             */
            onBudget?: "warn" | "pause";
            /**
             * @description Tokens that count: new ones (input, output, cache writes), or all, cache reads too
             * @enum {string}
             */
            budgetCounts?: "new" | "all";
            /**
             * @description At the end of the time: complete, or run on, marked over, and be extended by what it overran
             * @enum {string}
             */
            onDue?: "complete" | "extend";
            run?: components["schemas"]["Run"];
        };
        ChangeSession: {
            /** @enum {string} */
            status?: "active" | "paused" | "completed";
            name?: string;
            tokenBudget?: number;
            /**
             * @description Milliseconds, at most 366 days; kept in whole ms
             * @example 18000000
             */
            duration?: number;
        };
        RecordTokens: {
            tokensUsed: number;
            operation: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            timestamp?: number;
            model?: string;
            input?: number;
            output?: number;
            cacheRead?: number;
            cacheWrite5m?: number;
            cacheWrite1h?: number;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            costUsd?: string;
        };
        ReachCheckpoint: {
            phase: string;
            promptCount: number;
            metadata?: {
                [key: string]: unknown;
            };
        };
        Session: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            name?: string;
            /** @enum {string} */
            kind: "timer" | "research" | "workspace" | "terminal" | "repl" | "agent";
            /**
             * Format: uuid
             * @description The user’s id
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            owner: string;
            /** @enum {string} */
            status: "active" | "paused" | "completed";
            /**
             * @description How it ended
             * @enum {string}
             */
            outcome?: "completed" | "failed" | "cancelled" | "timed_out";
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            startTime: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            endTime?: number;
            /** @description ms; 0 without a limit */
            duration: number;
            /** @constant */
            unlimited?: true;
            /** @description Active time so far, pauses left out, ms */
            elapsed: number;
            /** @description ms; 0 when the time is up or there is no limit */
            remaining: number;
            /**
             * @description The time was up and the session ran on
             * @constant
             */
            over?: true;
            tokenBudget?: number;
            tokensUsed: number;
            /** @description Tokens read from caches, shown apart */
            cacheRead?: number;
            /** @enum {string} */
            onBudget: "warn" | "pause";
            /** @enum {string} */
            budgetCounts: "new" | "all";
            /** @enum {string} */
            onDue: "complete" | "extend";
            run?: components["schemas"]["Run"];
            agent?: components["schemas"]["AgentSession"];
            /**
             * @description What its responses cost, as far as they have a price
             * @example 0.0033
             */
            costUsd?: string;
            /** @description Responses without a price */
            unpriced?: number;
            /** @description Models that answered */
            models?: string[];
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            updatedAt: number;
        };
        Checkpoint: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            sessionId: string;
            phase: string;
            promptCount: number;
            /** @description Total at that moment */
            tokensUsed: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            timestamp: number;
            metadata?: {
                [key: string]: unknown;
            };
        };
        SessionWithCheckpoints: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            name?: string;
            /** @enum {string} */
            kind: "timer" | "research" | "workspace" | "terminal" | "repl" | "agent";
            /**
             * Format: uuid
             * @description The user’s id
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            owner: string;
            /** @enum {string} */
            status: "active" | "paused" | "completed";
            /**
             * @description How it ended
             * @enum {string}
             */
            outcome?: "completed" | "failed" | "cancelled" | "timed_out";
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            startTime: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            endTime?: number;
            /** @description ms; 0 without a limit */
            duration: number;
            /** @constant */
            unlimited?: true;
            /** @description Active time so far, pauses left out, ms */
            elapsed: number;
            /** @description ms; 0 when the time is up or there is no limit */
            remaining: number;
            /**
             * @description The time was up and the session ran on
             * @constant
             */
            over?: true;
            tokenBudget?: number;
            tokensUsed: number;
            /** @description Tokens read from caches, shown apart */
            cacheRead?: number;
            /** @enum {string} */
            onBudget: "warn" | "pause";
            /** @enum {string} */
            budgetCounts: "new" | "all";
            /** @enum {string} */
            onDue: "complete" | "extend";
            run?: components["schemas"]["Run"];
            agent?: components["schemas"]["AgentSession"];
            /**
             * @description What its responses cost, as far as they have a price
             * @example 0.0033
             */
            costUsd?: string;
            /** @description Responses without a price */
            unpriced?: number;
            /** @description Models that answered */
            models?: string[];
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            updatedAt: number;
            checkpoints: components["schemas"]["Checkpoint"][];
        };
        TokenUsage: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            sessionId: string;
            tokensUsed: number;
            operation: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            timestamp: number;
            /** @description Total after this row, in order of arrival */
            cumulativeTotal: number;
            /** @enum {string} */
            source: "api" | "transcript" | "telemetry" | "metrics";
            /** @description So many of tokensUsed had been told by another source; the total grows by the rest */
            reconciled?: number;
            /** @description The same of cacheRead */
            cacheReconciled?: number;
            /** @description Part of output */
            reasoning?: number;
            /**
             * Format: uuid
             * @description The session of `stint run` that has the same tokens
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            run?: string;
            model?: string;
            input?: number;
            output?: number;
            cacheRead?: number;
            cacheWrite5m?: number;
            cacheWrite1h?: number;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            costUsd?: string;
        };
        RecordedUsage: {
            usage: components["schemas"]["TokenUsage"];
            totalUsed: number;
            averagePerMinute: number;
            projectedTotal: number;
        };
        UsageHistory: {
            usage: components["schemas"]["TokenUsage"][];
            totalUsed: number;
            averagePerMinute: number;
            projectedTotal: number;
        };
        UsageProjection: {
            /** @description Tokens a minute */
            currentRate: number;
            projectedTotal: number;
            /** @description Minutes; 0 when over, null without a budget or a rate */
            timeToLimit: number | null;
            confidence: number;
        };
        SessionList: {
            sessions: components["schemas"]["Session"][];
            total: number;
            limit: number;
            offset: number;
            /** @description Continues the walk; absent at the end */
            cursor?: string;
        };
        SessionEvent: {
            /** @description Global, rising, may have gaps */
            position: number;
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session: string;
            /** @description From 0 without gaps in the session */
            seq: number;
            type: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            at: number;
            data: {
                [key: string]: unknown;
            };
        };
        EventPage: {
            events: components["schemas"]["SessionEvent"][];
            /** @description Pass as `after` to go on */
            next?: number;
        };
        AnalyticsTrend: {
            /**
             * @description Where the bucket begins
             * @example 1790000000000
             */
            timestamp: number;
            tokensUsed: number;
            /** @description Sessions with tokens or active time in it */
            sessionCount: number;
            /** @description Mean of their active time inside it, ms */
            averageDuration: number;
        };
        UsageAnalytics: {
            /** @description Sessions with tokens or active time in the period */
            totalSessions: number;
            totalTokens: number;
            /** @description Mean of their active time inside it, ms */
            averageSessionDuration: number;
            /** @description Hours of the day with tokens, most first */
            peakUsageHours: number[];
            /** @description Empty buckets are there, with zeros */
            trends: components["schemas"]["AnalyticsTrend"][];
            /** @enum {string} */
            period: "hour" | "day" | "week" | "month";
            /** @description The time zone, as the IANA database spells it */
            tz: string;
        };
        Export: {
            sessions: components["schemas"]["Session"][];
            tokenUsage: components["schemas"]["TokenUsage"][];
            checkpoints: components["schemas"]["Checkpoint"][];
            /** @description Sessions of which rows are missing above, since the journal is damaged */
            damaged?: {
                /**
                 * Format: uuid
                 * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
                 */
                sessionId: string;
                message: string;
            }[];
        };
        /** @description Only what has all of these; without one, all that you may see */
        BudgetFilter: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session?: string;
            /**
             * @description Absolute path of a directory; what lies below it counts too
             * @example /home/ada/shop
             */
            project?: string;
            /**
             * @description Source of the usage
             * @example claude
             */
            agent?: string;
            /**
             * @description With or without its date and whose it is; with a date, that one only
             * @example claude-opus-4-5
             */
            model?: string;
        };
        SetBudget: {
            /** @constant */
            measure: "tokens";
            /**
             * @description Tokens
             * @example 5000000
             */
            limit: number;
            /** @description Cache reads count too; without it input, output and cache writes */
            all?: boolean;
            name?: string;
            only?: components["schemas"]["BudgetFilter"];
            /**
             * @description How long it is for; weeks begin on Mondays, `total` never ends
             * @enum {string}
             */
            period: "day" | "week" | "month" | "total";
            /** @description IANA time zone in which the period begins; the server’s own when absent */
            timeZone?: string;
            /**
             * @description When all of it is used: an alert only (warn), or also a pause of the sessions that stint runs
             * @enum {string}
             */
            action?: "warn" | "pause";
        } | {
            /** @constant */
            measure: "usd";
            /**
             * @description US dollars, decimal
             * @example 200
             */
            limit: string;
            name?: string;
            only?: components["schemas"]["BudgetFilter"];
            /**
             * @description How long it is for; weeks begin on Mondays, `total` never ends
             * @enum {string}
             */
            period: "day" | "week" | "month" | "total";
            /** @description IANA time zone in which the period begins; the server’s own when absent */
            timeZone?: string;
            /**
             * @description When all of it is used: an alert only (warn), or also a pause of the sessions that stint runs
             * @enum {string}
             */
            action?: "warn" | "pause";
        } | {
            /** @constant */
            measure: "time";
            /**
             * @description Active time, ms
             * @example 144000000
             */
            limit: number;
            name?: string;
            only?: components["schemas"]["BudgetFilter"];
            /**
             * @description How long it is for; weeks begin on Mondays, `total` never ends
             * @enum {string}
             */
            period: "day" | "week" | "month" | "total";
            /** @description IANA time zone in which the period begins; the server’s own when absent */
            timeZone?: string;
            /**
             * @description When all of it is used: an alert only (warn), or also a pause of the sessions that stint runs
             * @enum {string}
             */
            action?: "warn" | "pause";
        };
        ChangeBudget: {
            name?: string;
            /** @description In the unit of the budget’s measure */
            limit?: number | string;
            /**
             * @description When all of it is used: an alert only (warn), or also a pause of the sessions that stint runs
             * @enum {string}
             */
            action?: "warn" | "pause";
        };
        Budget: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            name?: string;
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            owner: string;
            only: {
                session?: string;
                project?: string;
                agent?: string;
                model?: string;
            };
            /** @enum {string} */
            period: "day" | "week" | "month" | "total";
            timeZone: string;
            /** @enum {string} */
            measure: "tokens" | "usd" | "time";
            all?: boolean;
            /** @description Tokens, decimal US dollars (a string), or ms of active time */
            limit: number | string;
            /** @enum {string} */
            action: "warn" | "pause";
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            /** @description In this period, in the unit of the limit */
            used: number | string;
            /** @description Used of the limit, rounded down to a tenth */
            percent: number;
            /** @description At the end of the period, at the present pace */
            projected?: number | string;
            /** @description Responses in it whose price is not known: what they cost is not in `used` */
            unpriced?: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            periodStart?: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            periodEnd?: number;
            /**
             * @description warning: 80 % is used, or the period ends over the limit at this pace; error: 95 %; over: all of it
             * @enum {string}
             */
            state: "within" | "warning" | "error" | "over";
            /** @description Raised in this period, since the limit was changed; each on the session that came to it */
            alerts: {
                /** @enum {string} */
                threshold: "budget_80" | "budget_95" | "budget_100" | "budget_projected" | "time_10m" | "time_up" | "across_80" | "across_95" | "across_100" | "across_projected";
                /**
                 * @description Unix time, ms
                 * @example 1790000000000
                 */
                at: number;
                session: string;
            }[];
            /** @description Sessions that it has paused and not resumed */
            paused: string[];
        };
        BudgetList: {
            budgets: components["schemas"]["Budget"][];
        };
        NewComment: {
            content: string;
            /**
             * @description note when absent
             * @enum {string}
             */
            comment_type?: "note" | "question" | "insight";
            /** @description What in the session it is about; comments on one point are a thread */
            reference_point?: string;
        };
        Comment: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            comment_id: string;
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session_id: string;
            content: string;
            /** @enum {string} */
            comment_type: "note" | "question" | "insight";
            reference_point?: string;
            author: {
                user_id: string;
                /** @description As they were called then */
                name?: string;
            };
            /**
             * Format: date-time
             * @example 2026-11-20T10:30:00.000Z
             */
            created_at: string;
        };
        /** @description The thread with the newest comment first */
        CommentThreads: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session_id: string;
            threads: {
                /** @description Absent for comments on the session as a whole */
                reference_point?: string;
                /** @description Oldest first */
                comments: components["schemas"]["Comment"][];
            }[];
            /** @description Leads to older comments; absent at the end */
            cursor?: string;
        };
        /** @description Refused */
        ResearchError: {
            /**
             * @description What is wrong, in one snake_case word
             * @example session_not_found
             */
            error: string;
            /** @description The same for a person */
            message: string;
            /**
             * @description HTTP status
             * @example 404
             */
            code: number;
            /**
             * Format: date-time
             * @example 2026-11-20T10:30:00.000Z
             */
            timestamp: string;
            details?: unknown;
        };
        Backup: {
            /** @example stint-2026-11-20T22-18-27.123Z.db */
            name: string;
            bytes: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            /** @description What was acknowledged up to this position is in it */
            position: number;
            /** @description Made by the schedule, which also removes it when it is old */
            scheduled: boolean;
        };
        BackupList: {
            backups: components["schemas"]["Backup"][];
        };
        NewHook: {
            /** @constant */
            kind: "webhook";
            /**
             * @description http or https
             * @example https://example.com/alerts
             */
            url: string;
            /** @description May lead to private addresses, such as this machine’s; only the owner may say so */
            allowPrivate?: boolean;
            name?: string;
            /** @description Only alerts of these thresholds */
            thresholds?: ("budget_80" | "budget_95" | "budget_100" | "budget_projected" | "time_10m" | "time_up" | "across_80" | "across_95" | "across_100" | "across_projected")[];
            levels?: ("warning" | "error")[];
            /**
             * Format: uuid
             * @description Only alerts of this session
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session?: string;
        } | {
            /** @constant */
            kind: "command";
            /**
             * @description The program and its arguments; no shell reads them
             * @example [
             *       "notify-send",
             *       "stint"
             *     ]
             */
            argv: string[];
            name?: string;
            /** @description Only alerts of these thresholds */
            thresholds?: ("budget_80" | "budget_95" | "budget_100" | "budget_projected" | "time_10m" | "time_up" | "across_80" | "across_95" | "across_100" | "across_projected")[];
            levels?: ("warning" | "error")[];
            /**
             * Format: uuid
             * @description Only alerts of this session
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session?: string;
        };
        ChangeHook: {
            /** @description A hook that is off hears of nothing; on again, of what is raised then */
            enabled: boolean;
        };
        Hook: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            /** @enum {string} */
            kind: "webhook" | "command";
            url?: string;
            allowPrivate?: boolean;
            argv?: string[];
            name?: string;
            /** @description Only alerts of these thresholds */
            thresholds?: ("budget_80" | "budget_95" | "budget_100" | "budget_projected" | "time_10m" | "time_up" | "across_80" | "across_95" | "across_100" | "across_projected")[];
            levels?: ("warning" | "error")[];
            /**
             * Format: uuid
             * @description Only alerts of this session
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session?: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            enabled: boolean;
            /**
             * @description Since when nothing but failures
             * @example 1790000000000
             */
            failingSince?: number;
            /** @description When and why it was switched off */
            off?: {
                /**
                 * @description Unix time, ms
                 * @example 1790000000000
                 */
                at: number;
                reason: string;
            };
        };
        MadeHook: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            /** @enum {string} */
            kind: "webhook" | "command";
            url?: string;
            allowPrivate?: boolean;
            argv?: string[];
            name?: string;
            /** @description Only alerts of these thresholds */
            thresholds?: ("budget_80" | "budget_95" | "budget_100" | "budget_projected" | "time_10m" | "time_up" | "across_80" | "across_95" | "across_100" | "across_projected")[];
            levels?: ("warning" | "error")[];
            /**
             * Format: uuid
             * @description Only alerts of this session
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session?: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            enabled: boolean;
            /**
             * @description Since when nothing but failures
             * @example 1790000000000
             */
            failingSince?: number;
            /** @description When and why it was switched off */
            off?: {
                /**
                 * @description Unix time, ms
                 * @example 1790000000000
                 */
                at: number;
                reason: string;
            };
            /** @description A webhook’s; shown once. Deliveries are signed with it */
            secret?: string;
        };
        HookList: {
            hooks: components["schemas"]["Hook"][];
        };
        HookAttempt: {
            ok: boolean;
            /** @description How long it took */
            ms: number;
            /** @description HTTP status of the answer */
            status?: number;
            exitCode?: number;
            /** @description What went wrong */
            error?: string;
            /** @description The end of what the command said */
            output?: string;
        };
        HookDelivery: {
            /** @description The same at every attempt: the header webhook-id */
            id: string;
            /**
             * @description failed: given up; dropped: the hook was switched off, or its maker may no longer hear of the session
             * @enum {string}
             */
            state: "pending" | "delivered" | "failed" | "dropped";
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            alertId: string;
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            sessionId: string;
            /** @enum {string} */
            threshold: "budget_80" | "budget_95" | "budget_100" | "budget_projected" | "time_10m" | "time_up" | "across_80" | "across_95" | "across_100" | "across_projected";
            /** @enum {string} */
            level: "warning" | "error";
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
            attempts: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            nextAt?: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            lastAt?: number;
            last?: components["schemas"]["HookAttempt"];
        };
        HookDeliveryList: {
            deliveries: components["schemas"]["HookDelivery"][];
            /** @description Continues the walk; absent at the end */
            cursor?: string;
        };
        /** @description What is absent is empty */
        AnnotateReplCheckpoint: {
            label?: string | "";
            /** @example all rows are loaded */
            description?: string;
            /**
             * @example [
             *       "clean"
             *     ]
             */
            tags?: string[];
        };
        ReplAnnotation: {
            /** @description Of the checkpoint */
            checkpointSeq: number;
            label: string;
            description: string;
            tags: string[];
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            created: string;
        };
        /** @description What `llm(…)` asks; the server’s machine has the key */
        ReplModel: {
            /**
             * @description `openai` is any server that speaks its chat completions
             * @enum {string}
             */
            provider: "anthropic" | "openai";
            /** @example claude-sonnet-4-5 */
            model: string;
            /**
             * Format: uri
             * @description Where the provider is reached, when not at its own address; the owner’s to set
             */
            baseUrl?: string;
        };
        CreateReplSession: {
            /**
             * @description Unique among your REPL sessions
             * @example notes
             */
            name: string;
            /**
             * @description javascript when absent
             * @enum {string}
             */
            language?: "javascript" | "typescript" | "scheme";
            /**
             * @description `readonly` refuses every command
             * @enum {string}
             */
            accessMode?: "readonly" | "readwrite";
            llm?: components["schemas"]["ReplModel"];
        };
        ReplSession: {
            id: string;
            name: string;
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            created: string;
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            lastAccessed: string;
            /** @description Without the header */
            eventCount: number;
            checkpointCount: number;
            /** @description Bytes of its journal and its images */
            size: number;
            /** @enum {string} */
            language: "javascript" | "typescript" | "scheme";
            /**
             * @description `readonly` refuses every command
             * @enum {string}
             */
            accessMode: "readonly" | "readwrite";
            /**
             * @description As of every session
             * @example active
             */
            status: string;
            forkedFrom?: {
                session: string;
                seq: number;
            };
            /** @description What `llm(…)` asks */
            llm?: {
                /** @enum {string} */
                provider: "anthropic" | "openai";
                model: string;
            };
        };
        ReplSessionList: {
            sessions: components["schemas"]["ReplSession"][];
        };
        /**
         * @example {
         *       "command": "1 + 1"
         *     }
         */
        ExecuteRequest: {
            command: string;
        };
        ExecuteResponse: {
            /**
             * @description What it printed, and its value or error
             * @example 2
             */
            output: string;
            /** @description It was `:quit` */
            shouldExit: boolean;
        };
        /**
         * @example {
         *       "code": "console.lo"
         *     }
         */
        CompleteRequest: {
            code: string;
            /** @description Characters before the cursor; the end of the code when absent */
            cursor?: number;
        };
        CompleteResponse: {
            /**
             * @description In order; what may stand for the word
             * @example [
             *       "log"
             *     ]
             */
            completions: string[];
            /**
             * @description Where the word begins
             * @example 8
             */
            start: number;
        };
        ReplSuccess: {
            /** @constant */
            success: true;
        };
        ReplCheckpoint: {
            /** @description Place in the session’s journal */
            seq: number;
            /**
             * @description A state of the session
             * @example s12
             */
            stateId: string;
            /** @enum {string} */
            reason: "command" | "llm_boundary" | "periodic" | "manual" | "goto" | "fork" | "effect";
            label?: string;
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            timestamp: string;
            annotation?: components["schemas"]["ReplAnnotation"];
        };
        ReplCheckpointList: {
            /** @description Newest first */
            checkpoints: components["schemas"]["ReplCheckpoint"][];
            /** @description There are earlier ones: ask for those `before` the last of these */
            more: boolean;
        };
        /** @description A description and tags are its annotation */
        MakeReplCheckpoint: {
            label?: string;
            /** @example all rows are loaded */
            description?: string;
            /**
             * @example [
             *       "clean"
             *     ]
             */
            tags?: string[];
        };
        GotoRequest: {
            /** @description Place in the session’s journal */
            seq: number;
        };
        GotoResponse: {
            /** @description Place in the session’s journal */
            seq: number;
            /**
             * @description A state of the session
             * @example s12
             */
            stateId: string;
        };
        ForkRequest: {
            /**
             * @description Unique among your REPL sessions
             * @example notes
             */
            name: string;
            /** @description Place in the session’s journal */
            seq?: number;
        };
        ReplMetrics: {
            commandCount: number;
            /** @description ms */
            averageExecutionTime: number;
            /** @description Bytes */
            peakMemoryUsage: number;
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            lastAccessed: string;
            /** @description Bytes of its journal and its images */
            sessionSize: number;
        };
        /** @description input, output, error, checkpoint, llm_req or llm_resp */
        ReplEvent: {
            /** @example input */
            type: string;
            /** @description Place in the session’s journal */
            seq?: number;
        } & {
            [key: string]: unknown;
        };
        ReplEventList: {
            events: components["schemas"]["ReplEvent"][];
        };
        /** @description Refused */
        ReplError: {
            /** @description What is wrong, with the path of a bad field */
            error: string;
            /**
             * @description The same in one snake_case word
             * @example session_not_found
             */
            kind: string;
            /**
             * @description HTTP status
             * @example 404
             */
            code: number;
            details?: unknown;
        };
        AccessRequest: {
            /**
             * @description As it names itself in `X-Client-Id`
             * @example laptop
             */
            clientId: string;
            /**
             * @description `readwrite`: no other client writes meanwhile
             * @enum {string}
             */
            mode: "readonly" | "readwrite";
        };
        ImportedReplSession: {
            id: string;
            name: string;
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            created: string;
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            lastAccessed: string;
            /** @description Without the header */
            eventCount: number;
            checkpointCount: number;
            /** @description Bytes of its journal and its images */
            size: number;
            /** @enum {string} */
            language: "javascript" | "typescript" | "scheme";
            /**
             * @description `readonly` refuses every command
             * @enum {string}
             */
            accessMode: "readonly" | "readwrite";
            /**
             * @description As of every session
             * @example active
             */
            status: string;
            forkedFrom?: {
                session: string;
                seq: number;
            };
            /** @description What `llm(…)` asks */
            llm?: {
                /** @enum {string} */
                provider: "anthropic" | "openai";
                model: string;
            };
            imported: {
                /** @description Of the journal, without the header */
                events: number;
                /** @description That were run again */
                commands: number;
                /** @description Commands that printed or came to something else than the journal says */
                differences: number;
                /** @description `seq` of the inputs of the first of them, in this session */
                differing: number[];
                /**
                 * @description Lines that have no place in a journal, by their type
                 * @example {
                 *       "step": 12
                 *     }
                 */
                passedOver: {
                    [key: string]: number;
                };
            };
        };
        ReplTimeline: {
            /** @description Newest first */
            checkpoints: components["schemas"]["ReplCheckpoint"][];
            /** @description There are earlier ones: ask for those `before` the last of these */
            more: boolean;
            /** @description That you may see, newest first; at most 1,000 */
            forks: {
                id: string;
                name: string;
                /** @description The last event that it has of this session; -1 for none */
                seq: number;
                /**
                 * @description ISO 8601
                 * @example 2026-11-20T12:00:00.000Z
                 */
                created: string;
            }[];
        };
        /** @description What is absent is empty */
        TakeReplSnapshot: {
            /** @example all rows are loaded */
            description?: string;
            /**
             * @example [
             *       "clean"
             *     ]
             */
            tags?: string[];
        };
        ReplSnapshot: {
            id: string;
            sessionName: string;
            /**
             * @description ISO 8601
             * @example 2026-11-20T12:00:00.000Z
             */
            created: string;
            description: string;
            tags: string[];
            /** @description The last event before it; -1 for none */
            seq: number;
        };
        ReplSnapshotList: {
            /** @description Newest first */
            snapshots: components["schemas"]["ReplSnapshot"][];
        };
        ReplMatches: {
            /** @description Newest first */
            matches: {
                /** @description Place in the session’s journal */
                seq: number;
                /** @enum {string} */
                type: "input" | "output" | "error" | "llm_req" | "llm_resp";
                /**
                 * @description ISO 8601
                 * @example 2026-11-20T12:00:00.000Z
                 */
                timestamp: string;
                /** @description The part that fits, on one line */
                excerpt: string;
            }[];
            /** @description `before` of the call that goes on; absent where all was looked at */
            next?: number;
        };
        ReplRestored: {
            seq: number;
            /**
             * @description A state of the session
             * @example s12
             */
            stateId: string;
        };
        FoundText: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            session: string;
            /** @description The agent’s own id of the session */
            agentSession: string;
            /** @description The subagent that said it */
            agentId?: string;
            /**
             * @description Which agent
             * @example claude
             */
            source: string;
            /** @description The directory in which the session began */
            project?: string;
            /** @description The session’s name */
            title?: string;
            /** Format: date-time */
            at: string;
            /** @enum {string} */
            by: "user" | "agent";
            /** @description The part that fits best, on one line, as it was said: data, never to be taken for HTML */
            snippet: string;
            /** @description What fits in the snippet: from `start` up to before `end`, in UTF-16 units, as strings of JavaScript count */
            marks: {
                start: number;
                end: number;
            }[];
            /**
             * @description The text is longer than 64 KB; what lies beyond is not searched
             * @constant
             */
            cut?: true;
        };
        SearchIndex: {
            /**
             * @description reading: some of what was said may not be found yet · off: the server was started with --no-search
             * @enum {string}
             */
            state: "ready" | "reading" | "off";
            /** @description While it is reading: how many files are done */
            files?: number;
            /** @description And how many there are to read, as far as that is known */
            of?: number;
        };
        FoundTexts: {
            /** @description What fits best first, and of what fits as well the latest. Only from sessions that the caller may read */
            texts: components["schemas"]["FoundText"][];
            /** @description How many fit; of more than 20,000 only the latest are ranked and counted */
            total: number;
            /** @description Absent at the end */
            cursor?: string;
            index: components["schemas"]["SearchIndex"];
        };
        Health: {
            /** @constant */
            success: true;
            data: {
                /** @enum {string} */
                status: "healthy" | "starting" | "draining";
                version?: string;
                uptime_seconds?: number;
                services?: {
                    [key: string]: "running" | "idle" | "failed";
                };
            };
            error: null;
            /** @description Unix time, s */
            timestamp: number;
            /** @enum {string} */
            status: "healthy" | "starting" | "draining";
        } & {
            [key: string]: unknown;
        };
        ServerStatus: {
            version: string;
            pid: number;
            startedAt: number;
            /** @description ms */
            uptime: number;
            url: string;
            store: {
                /** @enum {string} */
                state: "writable" | "full" | "read_only";
                reason?: string;
            };
            /** @description Bytes: the database, its write-ahead log, and what the disk has left */
            disk: {
                database: number;
                log: number;
                free?: number;
            };
            sessions: {
                active: number;
                paused: number;
                completed: number;
            };
            /** @description The look at all data that follows an unclean stop: sessions done, of how many, and faults */
            check?: {
                /** @enum {string} */
                state: "running" | "well" | "found" | "failed";
                done: number;
                of: number;
                faults: number;
            };
            /** @description The schedule, where there is one: when the next is due, and what the last attempt failed of */
            backups?: {
                /**
                 * @description Unix time, ms
                 * @example 1790000000000
                 */
                dueAt: number;
                failure?: {
                    /**
                     * @description Unix time, ms
                     * @example 1790000000000
                     */
                    at: number;
                    message: string;
                };
            };
            /** @description What the start found amiss, and what it did about it */
            recovered: string[];
        };
        User: {
            /**
             * Format: uuid
             * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
             */
            id: string;
            name: string;
            email?: string;
            /** @enum {string} */
            role: "owner" | "member" | "viewer";
            /** @description By name */
            teams: string[];
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            createdAt: number;
        };
        UserList: {
            users: components["schemas"]["User"][];
        };
        NewUser: {
            name: string;
            /** Format: email */
            email?: string;
            /**
             * @description A member has sessions of their own and sees no others; a viewer sees every session and changes nothing
             * @enum {string}
             */
            role?: "member" | "viewer";
        };
        ChangeUser: {
            name?: string;
            /** @description null: none any more */
            email?: string | null;
            /**
             * @description A member has sessions of their own and sees no others; a viewer sees every session and changes nothing
             * @enum {string}
             */
            role?: "member" | "viewer";
        };
        /** @description It is there as long as somebody is in it */
        Team: {
            name: string;
            /** @description By name */
            members: {
                /**
                 * Format: uuid
                 * @example 019a8f5e-7c1b-7000-8000-3b5f00000000
                 */
                id: string;
                name: string;
            }[];
        };
        TeamList: {
            teams: components["schemas"]["Team"][];
        };
        /** @description An ExportLogsServiceRequest; what is not known in it is passed over */
        ExportLogs: {
            resourceLogs: ({
                resource?: {
                    attributes?: ({
                        key: string;
                        value: {
                            stringValue?: string;
                            boolValue?: boolean;
                            intValue?: string | number;
                            doubleValue?: number;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                };
                scopeLogs: ({
                    scope?: {
                        name?: string;
                    } & {
                        [key: string]: unknown;
                    };
                    logRecords: ({
                        /**
                         * @description Unix time, ns
                         * @example 1795168800123000000
                         */
                        timeUnixNano?: string;
                        eventName?: string;
                        body?: {
                            stringValue?: string;
                        } & {
                            [key: string]: unknown;
                        };
                        attributes?: ({
                            key: string;
                            value: {
                                stringValue?: string;
                                boolValue?: boolean;
                                intValue?: string | number;
                                doubleValue?: number;
                            } & {
                                [key: string]: unknown;
                            };
                        } & {
                            [key: string]: unknown;
                        })[];
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                })[];
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        /** @description An ExportMetricsServiceRequest; what is not known in it is passed over */
        ExportMetrics: {
            resourceMetrics: ({
                resource?: {
                    attributes?: ({
                        key: string;
                        value: {
                            stringValue?: string;
                            boolValue?: boolean;
                            intValue?: string | number;
                            doubleValue?: number;
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                };
                scopeMetrics: ({
                    scope?: {
                        name?: string;
                    } & {
                        [key: string]: unknown;
                    };
                    metrics: ({
                        name: string;
                        sum?: {
                            /** @description 1: delta, 2: cumulative */
                            aggregationTemporality: number;
                            dataPoints: ({
                                /**
                                 * @description Unix time, ns
                                 * @example 1795168800123000000
                                 */
                                startTimeUnixNano?: string;
                                /**
                                 * @description Unix time, ns
                                 * @example 1795168800123000000
                                 */
                                timeUnixNano?: string;
                                asInt?: string | number;
                                asDouble?: number;
                                attributes?: ({
                                    key: string;
                                    value: {
                                        stringValue?: string;
                                        boolValue?: boolean;
                                        intValue?: string | number;
                                        doubleValue?: number;
                                    } & {
                                        [key: string]: unknown;
                                    };
                                } & {
                                    [key: string]: unknown;
                                })[];
                            } & {
                                [key: string]: unknown;
                            })[];
                        } & {
                            [key: string]: unknown;
                        };
                    } & {
                        [key: string]: unknown;
                    })[];
                } & {
                    [key: string]: unknown;
                })[];
            } & {
                [key: string]: unknown;
            })[];
        } & {
            [key: string]: unknown;
        };
        /** @description What of a model’s prices is the server’s own; the others are those of the data */
        OwnPrice: {
            /** @description US dollars a million tokens */
            input?: number;
            /** @description US dollars a million tokens */
            output?: number;
            /** @description US dollars a million tokens */
            cacheRead?: number;
            /** @description US dollars a million tokens */
            cacheWrite5m?: number;
            /** @description US dollars a million tokens */
            cacheWrite1h?: number;
            /** @description US dollars a thousand */
            webSearch?: number;
            /**
             * Format: date
             * @description The day, in UTC, from which on it holds
             */
            from?: string;
        };
        UnpricedModel: {
            /** @description As the agent writes it; empty where none was told */
            model: string;
            /** @description Agents that used it */
            sources: string[];
            /** @description Responses without a price */
            unpriced: number;
            /** @description All of its responses */
            responses: number;
            /** @description Of all of its responses, caches included */
            tokens: number;
        };
        UsagePrices: {
            /** @description Another one wherever a response could have another price */
            version: string;
            /** @description The server’s own prices that are in force, by the model’s id or a pattern with * */
            overrides: {
                [key: string]: components["schemas"]["OwnPrice"];
            };
            /** @description Models of the sessions that you may see of which responses have no price; most tokens first */
            unpriced: components["schemas"]["UnpricedModel"][];
            /** @description Where own prices stand; the owner is told */
            file?: string;
            /** @description Why that file can’t be used; the owner is told */
            problem?: string;
        };
        /** @description A model of which responses cost something else now */
        ModelRepriced: {
            model: string;
            responses: number;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            before: string;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            after: string;
        };
        Repriced: {
            version: string;
            /** @description Responses that had been priced by other prices */
            repriced: number;
            /** @description Those of them that cost something else now */
            changed: number;
            /** @description Those of them that have no price */
            unpriced: number;
            /** @description Of all that were priced anew, as far as they had a price */
            costUsd: {
                /**
                 * @description US dollars, decimal
                 * @example 0.0033
                 */
                before: string;
                /**
                 * @description US dollars, decimal
                 * @example 0.0033
                 */
                after: string;
            };
            /** @description Most cost first */
            models: components["schemas"]["ModelRepriced"][];
        };
        /** @description What a price depends on besides, in the agent’s own words */
        ResponseBilling: {
            provider?: string;
            tier?: string;
            speed?: string;
            region?: string;
            /** @description As the agent itself stored it */
            costUsd?: number;
        };
        /** @description A response, as a transcript told of it */
        LedgerRow: {
            /**
             * @description Which agent
             * @example claude
             */
            source: string;
            /** @description With source and request what tells responses apart */
            key: string;
            request?: string;
            /** @description The agent’s own id of the session that had it first */
            sessionId: string;
            /** @description The subagent’s */
            agentId?: string;
            sidechain: boolean;
            /** @description As the agent writes it */
            model: string;
            /** @description Absolute path, on the machine where it was used */
            project?: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            beganAt: number;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            at: number;
            /** @description When the file came to be that had it first, Unix ms */
            bornAt: number;
            input: number;
            output: number;
            reasoning: number;
            cacheRead: number;
            cacheWrite5m: number;
            cacheWrite1h: number;
            webSearches?: number;
            /** @enum {string} */
            confidence: "exact" | "incomplete" | "estimated";
            billing?: components["schemas"]["ResponseBilling"];
        };
        /** @description What is known of an agent’s session besides */
        LedgerSession: {
            /**
             * @description Which agent
             * @example claude
             */
            source: string;
            /** @description The agent’s own id of the session */
            sessionId: string;
            name?: string;
            directory?: string;
            gitBranch?: string;
            /** @description The agent’s own id of the session it was forked from */
            forkedFrom?: string;
            /**
             * @description Unix time, ms
             * @example 1790000000000
             */
            startedAt?: number;
        };
        PushUsage: {
            /**
             * @description What the machine is called
             * @example laptop
             */
            machine: string;
            rows: components["schemas"]["LedgerRow"][];
            sessions?: components["schemas"]["LedgerSession"][];
        };
        UsagePushed: {
            /** @description Responses that are new, or of which more is known now */
            taken: number;
            /** @description Responses that brought nothing new */
            known: number;
        };
        LedgerRows: {
            /** @description In an order that stays: a row that changes keeps its place */
            rows: components["schemas"]["LedgerRow"][];
            /** @description Those of the rows */
            sessions: components["schemas"]["LedgerSession"][];
            /** @description Rows that can’t be pushed, for instance with a time that can’t be */
            leftOut: number;
            /** @description Where the next page begins; absent at the end */
            next?: number;
            /** @description Of the first page of a walk: what came in later than it comes `since` this */
            upTo: number;
        };
        UsageSums: {
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
        };
        /** @description What a row has of a model */
        UsageOfModelInRow: {
            model: string;
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
        };
        /** @description What a session has of a subagent; it is in the session’s sums too */
        UsageOfSubagent: {
            agentId: string;
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
        };
        UsageOfDate: {
            /**
             * Format: date
             * @description The day; of a week its Monday
             */
            date: string;
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
            /** @description Models that were used, most cost first, ties by tokens */
            modelNames: string[];
            /** @description With breakdown: each model, in the same order */
            models?: components["schemas"]["UsageOfModelInRow"][];
        };
        UsageOfMonth: {
            month: string;
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
            /** @description Models that were used, most cost first, ties by tokens */
            modelNames: string[];
            /** @description With breakdown: each model, in the same order */
            models?: components["schemas"]["UsageOfModelInRow"][];
        };
        /** @description Five hours that begin with the first response after the last ones */
        UsageBlock: {
            /**
             * Format: date-time
             * @description Full hour of its first response; of a gap the last response before it
             */
            start: string;
            /**
             * Format: date-time
             * @description Five hours after its start; of a gap the first response after it
             */
            end: string;
            /** @description A pause between two blocks: all zeros */
            gap: boolean;
            /** @description It goes on */
            active: boolean;
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
            /** Format: date-time */
            firstAt?: string;
            /** Format: date-time */
            lastAt?: string;
            /** @description Models that were used, most cost first, ties by tokens */
            modelNames: string[];
            /** @description With breakdown: each model, in the same order */
            models?: components["schemas"]["UsageOfModelInRow"][];
        };
        UsageOfSession: {
            /** @description The agent’s own id */
            sessionId: string;
            source: string;
            /** @description The directory in which it began; empty where that is not told */
            project: string;
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
            /** Format: date-time */
            firstAt: string;
            /** Format: date-time */
            lastAt: string;
            /** @description Models that were used, most cost first, ties by tokens */
            modelNames: string[];
            /** @description With breakdown: each model, in the same order */
            models?: components["schemas"]["UsageOfModelInRow"][];
            /** @description With breakdown: its subagents, where it had any */
            agents?: components["schemas"]["UsageOfSubagent"][];
        };
        UsageOfModel: {
            model: string;
            /** @description Agents that used it, most cost first, ties by tokens */
            sources: string[];
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
            /** Format: date-time */
            firstAt: string;
            /** Format: date-time */
            lastAt: string;
        };
        UsageOfProject: {
            project: string;
            /** @description Agents that used it, most cost first, ties by tokens */
            sources: string[];
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
            /** Format: date-time */
            firstAt: string;
            /** Format: date-time */
            lastAt: string;
            /** @description Models that were used, most cost first, ties by tokens */
            modelNames: string[];
            /** @description With breakdown: each model, in the same order */
            models?: components["schemas"]["UsageOfModelInRow"][];
        };
        /** @description Something that may hold usage and was not counted */
        SkippedUsage: {
            source: string;
            file: string;
            reason: string;
            count: number;
        };
        UsageByDay: {
            rows: components["schemas"]["UsageOfDate"][];
            /** @description Of all rows */
            totals: components["schemas"]["UsageSums"];
            /** @description The owner alone is told; empty for all others */
            skipped: components["schemas"]["SkippedUsage"][];
            /** @description Folders in which agents’ files are looked for, whether they are there or not; for the owner */
            lookedIn?: string[];
        };
        UsageByWeek: {
            rows: components["schemas"]["UsageOfDate"][];
            /** @description Of all rows */
            totals: components["schemas"]["UsageSums"];
            /** @description The owner alone is told; empty for all others */
            skipped: components["schemas"]["SkippedUsage"][];
            /** @description Folders in which agents’ files are looked for, whether they are there or not; for the owner */
            lookedIn?: string[];
        };
        UsageByMonth: {
            rows: components["schemas"]["UsageOfMonth"][];
            /** @description Of all rows */
            totals: components["schemas"]["UsageSums"];
            /** @description The owner alone is told; empty for all others */
            skipped: components["schemas"]["SkippedUsage"][];
            /** @description Folders in which agents’ files are looked for, whether they are there or not; for the owner */
            lookedIn?: string[];
        };
        UsageByBlock: {
            rows: components["schemas"]["UsageBlock"][];
            /** @description Of all rows */
            totals: components["schemas"]["UsageSums"];
            /** @description The owner alone is told; empty for all others */
            skipped: components["schemas"]["SkippedUsage"][];
            /** @description Folders in which agents’ files are looked for, whether they are there or not; for the owner */
            lookedIn?: string[];
        };
        UsageBySession: {
            rows: components["schemas"]["UsageOfSession"][];
            /** @description Of all rows */
            totals: components["schemas"]["UsageSums"];
            /** @description The owner alone is told; empty for all others */
            skipped: components["schemas"]["SkippedUsage"][];
            /** @description Folders in which agents’ files are looked for, whether they are there or not; for the owner */
            lookedIn?: string[];
        };
        UsageByModel: {
            rows: components["schemas"]["UsageOfModel"][];
            /** @description Of all rows */
            totals: components["schemas"]["UsageSums"];
            /** @description The owner alone is told; empty for all others */
            skipped: components["schemas"]["SkippedUsage"][];
            /** @description Folders in which agents’ files are looked for, whether they are there or not; for the owner */
            lookedIn?: string[];
        };
        UsageByProject: {
            rows: components["schemas"]["UsageOfProject"][];
            /** @description Of all rows */
            totals: components["schemas"]["UsageSums"];
            /** @description The owner alone is told; empty for all others */
            skipped: components["schemas"]["SkippedUsage"][];
            /** @description Folders in which agents’ files are looked for, whether they are there or not; for the owner */
            lookedIn?: string[];
        };
        UsageReading: {
            /**
             * @description The agent
             * @example claude
             */
            source: string;
            /** @description Done */
            files: number;
            /** @description All that there are to read */
            of: number;
            bytes: number;
            ofBytes: number;
        };
        UsageStatus: {
            /**
             * @description reading: what agents left is still being read, totals grow; current: all that was there is read, and what comes is read as it comes; off: this server does not read. To members, who are shown nothing that is read here, it is off.
             * @enum {string}
             */
            state: "reading" | "current" | "off";
            /** @description While it reads: the agents of which there is something to read */
            sources: components["schemas"]["UsageReading"][];
            /**
             * Format: date-time
             * @description When all that was there had been read for the first time
             */
            readSince?: string;
            /** @description How long that took since the start of the server */
            tookMs?: number;
        };
        /** @description What was used in an hour; empty ones are there, with zeros */
        UsageOfHour: {
            /** Format: date-time */
            start: string;
            /** @description Tokens that no cache held */
            input: number;
            /** @description With reasoning */
            output: number;
            /** @description The part of output that is known to be reasoning */
            reasoning: number;
            cacheRead: number;
            /** @description Written to caches that are kept for five minutes */
            cacheWrite5m: number;
            /** @description Written to caches that are kept for an hour */
            cacheWrite1h: number;
            /**
             * @description US dollars, decimal; of the responses that have a price
             * @example 0.0033
             */
            costUsd: string;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            responses: number;
            /** @description Responses whose final count was never written: they used this or more */
            incomplete: number;
        };
        UsageByHour: {
            /** @description Oldest first */
            hours: components["schemas"]["UsageOfHour"][];
        };
        /** @description How far a limit is used, as the provider told it */
        LimitReport: {
            /**
             * @description The agent
             * @example claude
             */
            source: string;
            /**
             * @description Length of the window: 300 are five hours, 10080 a week
             * @example 300
             */
            windowMinutes: number;
            usedPercent: number;
            /**
             * Format: date-time
             * @description When the window begins anew
             */
            resetsAt?: string;
            /**
             * Format: date-time
             * @description When it was so; now when absent
             */
            at?: string;
        };
        LimitReports: {
            limits: components["schemas"]["LimitReport"][];
        };
        LimitsTaken: {
            /** @description How many; what was known already is kept once */
            taken: number;
        };
        WindowReading: {
            /**
             * Format: date-time
             * @description When it was first so
             */
            at: string;
            tokensSince: number;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            costUsdSince: string;
        };
        WindowBurn: {
            tokensPerMinute: number;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            costUsdPerMinute: string;
            /** @description What was used so long ago weighs half */
            halfLifeMinutes: number;
        };
        WindowProjection: {
            /** @description Input, output and cache writes */
            tokens: number;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            costUsd: string;
            usedPercent?: number;
            /**
             * Format: date-time
             * @description When all will be used; absent when not before the window ends
             */
            limitAt?: string;
        };
        UsageWindow: {
            /**
             * @description The agent
             * @example claude
             */
            source: string;
            /**
             * @description Length of the window: 300 are five hours, 10080 a week
             * @example 300
             */
            windowMinutes: number;
            /**
             * @description What usedPercent is based on. official: the agent told it; calibrated: usage, by what a percent was when it last told; estimated: usage, by the most that an ended window of yours has held
             * @enum {string}
             */
            basis: "official" | "calibrated" | "estimated";
            /** @description Absent where there is nothing to hold it against */
            usedPercent?: number;
            /** @description Of an official one: its age, and what was used since */
            reading?: components["schemas"]["WindowReading"];
            /**
             * Format: date-time
             * @description Absent while no window runs
             */
            startsAt?: string;
            /**
             * Format: date-time
             * @description Absent too where it is not known: it is then the latest stretch of its length
             */
            resetsAt?: string;
            /** @description Input, output and cache writes */
            tokens: number;
            /**
             * @description US dollars, decimal
             * @example 0.0033
             */
            costUsd: string;
            /** @description Tokens read from caches, which count towards no limit here */
            cacheRead: number;
            responses: number;
            /** @description Responses without a price: what they cost is not known, which is not 0 */
            unpriced: number;
            /**
             * @description What percentages that are not official are shares of
             * @enum {string}
             */
            measure: "tokens" | "cost";
            /** @description Taken for all of the limit, where tokens are the measure */
            limitTokens?: number;
            /**
             * @description Taken for all of the limit, where cost is the measure
             * @example 0.0033
             */
            limitUsd?: string;
            /** @description The pace now; it decays while nothing is used */
            burn: components["schemas"]["WindowBurn"];
            /** @description At the window’s end, at this pace */
            projection?: components["schemas"]["WindowProjection"];
        };
        UsageWindows: {
            /** Format: date-time */
            now: string;
            /** @description By source, shortest first */
            windows: components["schemas"]["UsageWindow"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listSessions: {
        parameters: {
            query?: {
                /** @description At most this many (50) */
                limit?: number;
                /** @description Leave out this many, counted from the newest */
                offset?: number;
                status?: "active" | "paused" | "completed";
                kind?: "timer" | "research" | "workspace" | "terminal" | "repl" | "agent";
                /** @description The name contains this */
                q?: string;
                /** @description From the answer before: continues after it */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    startSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StartSession"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionWithCheckpoints"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    deleteSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    changeSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeSession"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listTokens: {
        parameters: {
            query?: {
                /** @description At most this many (all) */
                limit?: number;
                /** @description Only rows after the one with this id */
                after?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageHistory"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    recordTokens: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordTokens"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecordedUsage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    reachCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReachCheckpoint"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Checkpoint"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getProjection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageProjection"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                /** @description Only events with a greater seq */
                after?: number;
                /** @description At most this many (100) */
                limit?: number;
                /** @description Only events of this type */
                type?: "started" | "paused" | "resumed" | "completed" | "failed" | "cancelled" | "timed_out" | "reopened" | "renamed" | "budget_changed" | "duration_changed" | "tokens_recorded" | "checkpoint_reached" | "alert_raised" | "commented" | "repl_recorded" | "repl_annotated" | "repl_annotation_removed" | "repl_snapshot_taken" | "repl_snapshot_removed" | "overran" | "clock_adjusted";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAnalytics: {
        parameters: {
            query: {
                /** @description hour: 12 buckets of 5 minutes; day: 24 hours; week: 7 days; month: 30 days; the last holds now */
                period: "hour" | "day" | "week" | "month";
                /** @description Only these sessions: repeated, or with commas between */
                sessions?: string | string[];
                /** @description IANA time zone in which hours and days begin (UTC) */
                tz?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageAnalytics"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    export: {
        parameters: {
            query?: {
                /** @description json when absent */
                format?: "json" | "csv";
                /** @description With csv: this table alone; else all in one, each line with the name of its table */
                table?: "sessions" | "tokenUsage" | "checkpoints";
                /** @description Only these sessions: repeated, or with commas between */
                sessions?: string | string[];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, as it is read */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Export"];
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageDaily: {
        parameters: {
            query?: {
                /** @description Only what was used on this day or later */
                since?: string;
                /** @description Only what was used on this day or earlier */
                until?: string;
                /** @description IANA time zone in which days begin (UTC) */
                tz?: string;
                /** @description Only of this agent, e.g. claude */
                source?: string;
                /** @description Only of this model, as the agent writes it */
                model?: string;
                /** @description Only of agents that worked in this directory: an absolute path */
                project?: string;
                /** @description Only of this session: the agent’s own id */
                session?: string;
                /** @description Adds `models` to each row, and `agents` to the sessions that had subagents */
                breakdown?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByDay"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageWeekly: {
        parameters: {
            query?: {
                /** @description Only what was used on this day or later */
                since?: string;
                /** @description Only what was used on this day or earlier */
                until?: string;
                /** @description IANA time zone in which days begin (UTC) */
                tz?: string;
                /** @description Only of this agent, e.g. claude */
                source?: string;
                /** @description Only of this model, as the agent writes it */
                model?: string;
                /** @description Only of agents that worked in this directory: an absolute path */
                project?: string;
                /** @description Only of this session: the agent’s own id */
                session?: string;
                /** @description Adds `models` to each row, and `agents` to the sessions that had subagents */
                breakdown?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByWeek"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageMonthly: {
        parameters: {
            query?: {
                /** @description Only what was used on this day or later */
                since?: string;
                /** @description Only what was used on this day or earlier */
                until?: string;
                /** @description IANA time zone in which days begin (UTC) */
                tz?: string;
                /** @description Only of this agent, e.g. claude */
                source?: string;
                /** @description Only of this model, as the agent writes it */
                model?: string;
                /** @description Only of agents that worked in this directory: an absolute path */
                project?: string;
                /** @description Only of this session: the agent’s own id */
                session?: string;
                /** @description Adds `models` to each row, and `agents` to the sessions that had subagents */
                breakdown?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByMonth"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageBlocks: {
        parameters: {
            query?: {
                /** @description Only what was used on this day or later */
                since?: string;
                /** @description Only what was used on this day or earlier */
                until?: string;
                /** @description IANA time zone in which days begin (UTC) */
                tz?: string;
                /** @description Only of this agent, e.g. claude */
                source?: string;
                /** @description Only of this model, as the agent writes it */
                model?: string;
                /** @description Only of agents that worked in this directory: an absolute path */
                project?: string;
                /** @description Only of this session: the agent’s own id */
                session?: string;
                /** @description Adds `models` to each row, and `agents` to the sessions that had subagents */
                breakdown?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByBlock"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageSessions: {
        parameters: {
            query?: {
                /** @description Only what was used on this day or later */
                since?: string;
                /** @description Only what was used on this day or earlier */
                until?: string;
                /** @description IANA time zone in which days begin (UTC) */
                tz?: string;
                /** @description Only of this agent, e.g. claude */
                source?: string;
                /** @description Only of this model, as the agent writes it */
                model?: string;
                /** @description Only of agents that worked in this directory: an absolute path */
                project?: string;
                /** @description Only of this session: the agent’s own id */
                session?: string;
                /** @description Adds `models` to each row, and `agents` to the sessions that had subagents */
                breakdown?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageBySession"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageModels: {
        parameters: {
            query?: {
                /** @description Only what was used on this day or later */
                since?: string;
                /** @description Only what was used on this day or earlier */
                until?: string;
                /** @description IANA time zone in which days begin (UTC) */
                tz?: string;
                /** @description Only of this agent, e.g. claude */
                source?: string;
                /** @description Only of this model, as the agent writes it */
                model?: string;
                /** @description Only of agents that worked in this directory: an absolute path */
                project?: string;
                /** @description Only of this session: the agent’s own id */
                session?: string;
                /** @description Adds `models` to each row, and `agents` to the sessions that had subagents */
                breakdown?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByModel"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageProjects: {
        parameters: {
            query?: {
                /** @description Only what was used on this day or later */
                since?: string;
                /** @description Only what was used on this day or earlier */
                until?: string;
                /** @description IANA time zone in which days begin (UTC) */
                tz?: string;
                /** @description Only of this agent, e.g. claude */
                source?: string;
                /** @description Only of this model, as the agent writes it */
                model?: string;
                /** @description Only of agents that worked in this directory: an absolute path */
                project?: string;
                /** @description Only of this session: the agent’s own id */
                session?: string;
                /** @description Adds `models` to each row, and `agents` to the sessions that had subagents */
                breakdown?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByProject"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageStatus"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageHours: {
        parameters: {
            query?: {
                /** @description So many, the last of which holds now (24) */
                hours?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageByHour"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsagePrices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsagePrices"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    repriceUsage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Repriced"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listLedgerRows: {
        parameters: {
            query?: {
                /** @description Only what came in, or changed, after this `upTo` */
                since?: number;
                /** @description Only what follows this `next` */
                after?: number;
                /** @description Rows in the answer (500) */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LedgerRows"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    pushUsage: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PushUsage"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsagePushed"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getUsageWindows: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UsageWindows"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    reportLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LimitReports"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LimitsTaken"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    search: {
        parameters: {
            query: {
                /** @description Words that must all occur; "exact phrases"; the beginning of a word*; and -what must not occur. Case and accents do not matter. Of languages without spaces between words, any part of what was said */
                q: string;
                /** @description Texts of a page (20) */
                limit?: number;
                /** @description From the answer before: goes on after it */
                cursor?: string;
                /** @description Only what was said to or by this agent, e.g. claude */
                source?: string;
                /** @description Only in sessions that began in this directory or below it: an absolute path */
                project?: string;
                /** @description Only in this session: its id here, or the agent’s own */
                session?: string;
                /** @description Only what was said on this day (of UTC) or later, or from this moment on */
                since?: string;
                /** @description Only what was said on this day (of UTC) or earlier, or before this moment */
                until?: string;
                /** @description Only prompts (user), or only answers (agent) */
                by?: "user" | "agent";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundTexts"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listBudgets: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BudgetList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    setBudget: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetBudget"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Budget"];
                };
            };
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Budget"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getBudget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Budget"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    deleteBudget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    changeBudget: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeBudget"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Budget"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    exportLogs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportLogs"];
                "application/x-protobuf": components["schemas"]["ExportLogs"];
            };
        };
        responses: {
            /** @description Taken; what of it was about usage and could not be counted, if anything */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        partialSuccess?: {
                            rejectedLogRecords: string;
                            errorMessage: string;
                        };
                    };
                    "application/x-protobuf": {
                        partialSuccess?: {
                            rejectedLogRecords: string;
                            errorMessage: string;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    exportMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExportMetrics"];
                "application/x-protobuf": components["schemas"]["ExportMetrics"];
            };
        };
        responses: {
            /** @description Taken; what of it was about usage and could not be counted, if anything */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        partialSuccess?: {
                            rejectedDataPoints: string;
                            errorMessage: string;
                        };
                    };
                    "application/x-protobuf": {
                        partialSuccess?: {
                            rejectedDataPoints: string;
                            errorMessage: string;
                        };
                    };
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listReplSessions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSessionList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    createReplSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateReplSession"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSession"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    getReplSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSession"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    deleteReplSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    executeCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ExecuteRequest"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ExecuteResponse"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    cancelCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSuccess"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    saveReplSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSuccess"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    listReplEvents: {
        parameters: {
            query?: {
                /** @description Only events after this one */
                after?: number;
                /** @description At most so many */
                limit?: number;
                /** @description A line an event */
                format?: "jsonl";
            };
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplEventList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    listReplCheckpoints: {
        parameters: {
            query?: {
                /** @description Only those before this event */
                before?: number;
                /** @description At most so many; 1000 when absent */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplCheckpointList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    makeReplCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["MakeReplCheckpoint"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplCheckpoint"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    gotoReplEvent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["GotoRequest"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GotoResponse"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    forkReplSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ForkRequest"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSession"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    getReplMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplMetrics"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    annotateReplCheckpoint: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
                /** @description Of the checkpoint, in the session’s journal */
                seq: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AnnotateReplCheckpoint"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplAnnotation"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    deleteReplAnnotation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
                /** @description Of the checkpoint, in the session’s journal */
                seq: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplAnnotation"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    getReplTimeline: {
        parameters: {
            query?: {
                /** @description Only those before this event */
                before?: number;
                /** @description At most so many; 1000 when absent */
                limit?: number;
            };
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplTimeline"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    listReplSnapshots: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSnapshotList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    takeReplSnapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["TakeReplSnapshot"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSnapshot"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    restoreReplSnapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
                /** @description The snapshot’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplRestored"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    deleteReplSnapshot: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
                /** @description The snapshot’s id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    searchReplSession: {
        parameters: {
            query: {
                /** @description A text; case is ignored */
                q: string;
                /** @description At most so many; 50 when absent */
                limit?: number;
                /** @description Only events before this one */
                before?: number;
            };
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplMatches"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    completeCode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompleteRequest"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CompleteResponse"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    takeReplAccess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccessRequest"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSuccess"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    freeReplAccess: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
                /** @description As it names itself in `X-Client-Id` */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplSuccess"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    exportReplSession: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Its name, or its id */
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description As it is read */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    importReplSession: {
        parameters: {
            query?: {
                /** @description When absent, the `name` that the header has, or its `id` where that can be a name */
                name?: string;
                /** @description When absent, what the header says; else scheme in the older dialect, and javascript */
                language?: "javascript" | "typescript" | "scheme";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** @description A line an event, the header first */
        requestBody: {
            content: {
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImportedReplSession"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplError"];
                };
            };
        };
    };
    listComments: {
        parameters: {
            query?: {
                /** @description At most this many comments, the newest (50) */
                limit?: number;
                /** @description From the answer before: continues with older ones */
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommentThreads"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResearchError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResearchError"];
                };
            };
        };
    };
    addComment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewComment"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comment"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResearchError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResearchError"];
                };
            };
        };
    };
    listHooks: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    createHook: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHook"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeHook"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    deleteHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    changeHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeHook"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Hook"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    testHook: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookAttempt"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listHookDeliveries: {
        parameters: {
            query?: {
                /** @description At most this many (50) */
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HookDeliveryList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    issueTicket: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listTokensOfCaller: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    revokeToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    createSignInLink: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description With the right to start what runs on the server’s machine, as the server’s own user */
                    host?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInLink"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignIn"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignedIn"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    addUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    removeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    changeUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeUser"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listTokensOfUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    createTokenForUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewToken"];
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CreatedToken"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    revokeTokenOfUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                tokenId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    createSignInLinkForUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description With the right to start what runs on the server’s machine, as the server’s own user */
                    host?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInLink"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listTeams: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TeamList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    joinTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    leaveTeam: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                team: string;
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Not in it any more */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listBackups: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BackupList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    createBackup: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Backup"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    readBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.sqlite3": unknown;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.sqlite3": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/vnd.sqlite3": components["schemas"]["ApiError"];
                };
            };
        };
    };
    removeBackup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Default Response */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerStatus"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Figures */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
}
