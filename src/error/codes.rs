//! The closed lists that describe an error.

use crate::words::words;

words! {
    /// The codes of all errors, in the order of the table in the README.
    #[expect(missing_docs, reason = "the names are the codes; the README's table explains each")]
    pub enum ErrorCode {
        InvalidOption = "invalid_option",
        UnknownOption = "unknown_option",
        MissingOption = "missing_option",
        MissingEndpoint = "missing_endpoint",
        InvalidEndpoint = "invalid_endpoint",
        InsecureUrl = "insecure_url",
        EndpointOrigin = "endpoint_origin",
        ClientClosed = "client_closed",
        NotInitialised = "not_initialised",
        WasmUnavailable = "wasm_unavailable",
        RedactedToken = "redacted_token",
        UnknownRef = "unknown_ref",
        InactiveRef = "inactive_ref",
        UnknownZone = "unknown_zone",
        UnknownPreset = "unknown_preset",
        PrepareUnsupported = "prepare_unsupported",
        Timeout = "timeout",
        Unreachable = "unreachable",
        HttpError = "http_error",
        UnexpectedStatus = "unexpected_status",
        UnexpectedRedirect = "unexpected_redirect",
        ResponseTooLarge = "response_too_large",
        OauthError = "oauth_error",
        InvalidResponse = "invalid_response",
        IssuerMismatch = "issuer_mismatch",
        DiscoveryFailed = "discovery_failed",
        UnsupportedTokenType = "unsupported_token_type",
        DpopDowngrade = "dpop_downgrade",
        StateMismatch = "state_mismatch",
        InvalidCallback = "invalid_callback",
        TransactionExpired = "transaction_expired",
        InvalidIdToken = "invalid_id_token",
        ClientAuthenticationFailed = "client_authentication_failed",
        SubjectTokenUnavailable = "subject_token_unavailable",
        UserInteractionRequired = "user_interaction_required",
        InvalidToken = "invalid_token",
        InsufficientScope = "insufficient_scope",
        MissingToken = "missing_token",
        ResourceError = "resource_error",
        GlobalError = "global_error",
        DecryptionFailed = "decryption_failed",
        StorageUnavailable = "storage_unavailable",
        StorageConflict = "storage_conflict",
        InternalError = "internal_error",
    }
}

words! {
    /// What code can do about an error.
    pub enum Action {
        /// The client's credentials are refused: replace the secret or key. Never try again with the same.
        FixClientAuth = "fix_client_auth",
        /// An option, or the server's configuration of this client, is wrong.
        FixConfig = "fix_config",
        /// The subject token is expired, revoked or not for us: get a fresh one.
        RenewSubject = "renew_subject",
        /// The user has to do something, at `interactionUrl` if there is one.
        UserInteraction = "user_interaction",
        /// The user has to sign in again with these `claims`.
        ClaimsChallenge = "claims_challenge",
        /// The resource wants more scopes.
        StepUp = "step_up",
        /// A scope or target is not allowed: ask for less.
        NarrowRequest = "narrow_request",
        /// The server said no. Final.
        Denied = "denied",
        /// Try again later, after `retryAfterMs` if there is one.
        Wait = "wait",
        /// The server broke the protocol or fell over.
        ServerFault = "server_fault",
        /// The server was not reached, or not in time.
        Network = "network",
        /// A bug of this package.
        ReportBug = "report_bug",
    }
}

words! {
    /// Whose fault an error is.
    #[expect(missing_docs, reason = "the names say it")]
    pub enum Fault {
        Config = "config",
        User = "user",
        Server = "server",
        Network = "network",
        Bug = "bug",
    }
}

words! {
    /// Which class of the npm package shows an error.
    #[expect(missing_docs, reason = "each is the class of the same name")]
    pub enum ErrorKind {
        Oauth = "oauth",
        Config = "config",
        Network = "network",
        Http = "http",
        Protocol = "protocol",
        TokenExchange = "token_exchange",
        Authentication = "authentication",
        UserInteraction = "user_interaction",
        InvalidToken = "invalid_token",
        InsufficientScope = "insufficient_scope",
        ResourceAccess = "resource_access",
        Storage = "storage",
        Internal = "internal",
    }
}

words! {
    /// What should not have happened in this crate or its driver.
    pub enum Bug {
        /// A flow awaited something that is no effect, or was resumed with nothing.
        NoEffect = "no_effect",
        /// A flow was resumed after its end.
        Ended = "flow_ended",
        /// The driver answered another step than the last one.
        OtherStep = "other_step",
        /// The bindings were asked for an operation that there is not.
        NoOperation = "no_such_operation",
    }
}
