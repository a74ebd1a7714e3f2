//! One way to ask either database: the statements are the same, and only who
//! carries them out differs.

use std::{fmt::Debug, future, io, time::Duration};

use futures::{
    FutureExt as _, StreamExt as _, TryFutureExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Any, Database, Either, Error, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr,
    Sqlite, SqliteConnection, SqlitePool,
    any::{AnyArguments, AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo},
    error::BoxDynError,
    postgres::PgArguments,
    query::Query,
    sqlite::SqliteArguments,
};

/// How long a server may take for one statement. Longer than its own limits,
/// so that it only cuts off one that is not there any more.
const ANSWER: Duration = Duration::from_secs(20);

/// Something of a file, or of a server.
#[derive(Debug)]
pub(super) enum On<F, S> {
    /// Of `SQLite`.
    File(F),
    /// Of `PostgreSQL`.
    Server(S),
}

/// A connection.
pub(super) type Conn = On<SqliteConnection, PgConnection>;

/// Connections for reading.
pub(super) type Pool = On<SqlitePool, PgPool>;

/// A question as it is built.
pub(super) type Question<'q> = Query<'q, Any, AnyArguments>;

impl Conn {
    /// Says goodbye, so that the other side need not find out.
    pub(super) async fn close(self) -> Result<(), Error> {
        match self {
            Self::File(conn) => sqlx::Connection::close(conn).await,
            Self::Server(conn) => sqlx::Connection::close(conn).await,
        }
    }
}

impl Pool {
    /// Closes all of them.
    pub(super) async fn close(&self) {
        match self {
            Self::File(pool) => pool.close().await,
            Self::Server(pool) => pool.close().await,
        }
    }

    /// Whether a file was opened, and nobody read from it so far.
    pub(super) fn is_unused(&self) -> bool {
        match self {
            Self::File(pool) => pool.size() == 0,
            Self::Server(_) => false,
        }
    }

    /// Whether they were closed.
    pub(super) fn is_closed(&self) -> bool {
        match self {
            Self::File(pool) => pool.is_closed(),
            Self::Server(pool) => pool.is_closed(),
        }
    }
}

/// Every row of the answer; `None` for one that is not what was once written,
/// so that it can't hold up the others.
pub(super) async fn rows<'c>(
    on: impl Executor<'c, Database = Any>,
    question: Question<'_>,
) -> Result<Vec<Option<AnyRow>>, Error> {
    let mut found = Vec::new();
    let mut answer = on.fetch(question);
    while let Some(row) = answer.next().await {
        match row {
            Ok(row) => found.push(Some(row)),
            Err(Error::Decode(_) | Error::ColumnDecode { .. }) => found.push(None),
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// A statement for one of the databases.
struct Asked<DB: Database> {
    sql: SqlStr,
    persistent: bool,
    arguments: Option<DB::Arguments>,
}

impl<DB: Database> Asked<DB> {
    fn new<'q>(
        mut query: impl Execute<'q, Any>,
        convert: fn(AnyArguments) -> Result<DB::Arguments, BoxDynError>,
    ) -> Result<Self, Error> {
        let arguments = query.take_arguments().map_err(Error::Encode)?;
        Ok(Self {
            arguments: arguments.map(convert).transpose().map_err(Error::Encode)?,
            persistent: query.persistent(),
            sql: query.sql(),
        })
    }
}

impl<DB: Database> Execute<'_, DB> for Asked<DB> {
    fn sql(self) -> SqlStr {
        self.sql
    }

    fn statement(&self) -> Option<&DB::Statement> {
        None
    }

    fn take_arguments(&mut self) -> Result<Option<DB::Arguments>, BoxDynError> {
        Ok(self.arguments.take())
    }

    fn persistent(&self) -> bool {
        self.persistent
    }
}

type Step = Result<Either<AnyQueryResult, AnyRow>, Error>;

fn many<'e, 'c: 'e, DB: Database>(
    on: impl Executor<'c, Database = DB> + 'e,
    asked: Result<Asked<DB>, Error>,
    affected: fn(&DB::QueryResult) -> u64,
) -> BoxStream<'e, Step>
where
    AnyRow: for<'r> TryFrom<&'r DB::Row, Error = Error>,
{
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => return stream::once(future::ready(Err(error))).boxed(),
    };
    let said = move |step| {
        Ok(match step? {
            Either::Left(done) => Either::Left(AnyQueryResult {
                rows_affected: affected(&done),
                last_insert_id: None,
            }),
            Either::Right(row) => Either::Right(AnyRow::try_from(&row)?),
        })
    };
    on.fetch_many(asked).map(said).boxed()
}

fn optional<'e, 'c: 'e, DB: Database>(
    on: impl Executor<'c, Database = DB> + 'e,
    asked: Result<Asked<DB>, Error>,
) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
where
    AnyRow: for<'r> TryFrom<&'r DB::Row, Error = Error>,
{
    let asked = match asked {
        Ok(asked) => asked,
        Err(error) => return future::ready(Err(error)).boxed(),
    };
    on.fetch_optional(asked)
        .and_then(|row| future::ready(row.map(|row| AnyRow::try_from(&row)).transpose()))
        .boxed()
}

/// Waits for an answer that may never come: a host that is gone says nothing.
async fn in_time<T>(answer: impl Future<Output = T>) -> Result<T, Error> {
    tokio::time::timeout(ANSWER, answer)
        .await
        .map_err(|_| Error::Io(io::Error::new(io::ErrorKind::TimedOut, "no answer came")))
}

fn many_in_time(steps: BoxStream<'_, Step>) -> BoxStream<'_, Step> {
    let all = async {
        let all = in_time(steps.collect::<Vec<_>>()).await;
        stream::iter(all.unwrap_or_else(|late| vec![Err(late)]))
    };
    stream::once(all).flatten().boxed()
}

fn to_file<'q>(query: impl Execute<'q, Any>) -> Result<Asked<Sqlite>, Error> {
    Asked::new(query, AnyArguments::convert_into::<SqliteArguments>)
}

fn to_server<'q>(query: impl Execute<'q, Any>) -> Result<Asked<Postgres>, Error> {
    Asked::new(query, AnyArguments::convert_into::<PgArguments>)
}

/// The same for one connection and for several.
macro_rules! asks {
    ($by:ty) => {
        impl<'c> Executor<'c> for $by {
            type Database = Any;

            fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Step>
            where
                'c: 'e,
                E: 'q + Execute<'q, Any>,
            {
                match self {
                    On::File(on) => many(on, to_file(query), |done| done.rows_affected()),
                    On::Server(on) => {
                        many_in_time(many(on, to_server(query), |done| done.rows_affected()))
                    }
                }
            }

            fn fetch_optional<'e, 'q: 'e, E>(
                self,
                query: E,
            ) -> BoxFuture<'e, Result<Option<AnyRow>, Error>>
            where
                'c: 'e,
                E: 'q + Execute<'q, Any>,
            {
                match self {
                    On::File(on) => optional(on, to_file(query)),
                    On::Server(on) => in_time(optional(on, to_server(query)))
                        .map(Result::flatten)
                        .boxed(),
                }
            }

            fn prepare_with<'e>(
                self,
                _: SqlStr,
                _: &'e [AnyTypeInfo],
            ) -> BoxFuture<'e, Result<AnyStatement, Error>>
            where
                'c: 'e,
            {
                let why = "statements are prepared when they are carried out";
                future::ready(Err(Error::Protocol(why.to_owned()))).boxed()
            }
        }
    };
}

asks!(&'c mut Conn);
asks!(&'c Pool);
