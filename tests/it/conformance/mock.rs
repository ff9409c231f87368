//! A server on the loopback that knows nothing but a vendor's specification: it notes what that has
//! against each request, and answers with the vendor's example, whose paging never ends.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use url::Url;

use super::specification::{Request, Specification};

#[derive(Clone)]
pub(super) struct Mock {
    specification: Arc<Specification>,
    violations: Arc<Mutex<Vec<String>>>,
    calls: Arc<Mutex<usize>>,
}

impl Mock {
    /// Starts one; its address besides.
    pub(super) async fn start(specification: Specification) -> (Self, String) {
        let mock = Self {
            specification: Arc::new(specification),
            violations: Arc::default(),
            calls: Arc::default(),
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let serving = mock.clone();
        let router = Router::new()
            .fallback(move |headers: HeaderMap, uri: Uri| std::future::ready(serving.serve(&headers, &uri)));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (mock, base)
    }

    fn serve(&self, headers: &HeaderMap, uri: &Uri) -> (StatusCode, String) {
        *self.calls.lock().unwrap() += 1;
        let url =
            Url::parse("http://127.0.0.1").unwrap().join(uri.path_and_query().unwrap().as_str()).unwrap();
        let request = Request {
            path: url.path(),
            query: url.query_pairs().map(|(name, value)| (name.into_owned(), value.into_owned())).collect(),
            headers: headers.keys().map(|name| name.as_str().to_owned()).collect(),
        };
        let violations = self.specification.violations(&request);
        if violations.is_empty() {
            return (StatusCode::OK, self.specification.example(url.path()).to_string());
        }
        self.violations.lock().unwrap().extend(violations);
        (StatusCode::BAD_REQUEST, "{}".to_owned())
    }

    /// What was wrong with the requests so far, and how many there were.
    pub(super) fn seen(&self) -> (Vec<String>, usize) {
        (self.violations.lock().unwrap().clone(), *self.calls.lock().unwrap())
    }
}
