
# Appended to the settings that the installer writes.
$wgCacheDirectory = __DIR__ . '/cache';
$wgUploadDirectory = __DIR__ . '/images';
$wgEnableUploads = true;
$wgServer = 'http://' . ( $_SERVER['HTTP_HOST'] ?? '127.0.0.1' );
# Nothing but the requests of the test.
$wgJobRunRate = 0;

# Wikimedia's extension CommonsMetadata is not packaged by Debian. It reads licence
# templates; this reads lines of the form |Key = Value of the file page instead and
# fills the same fields.
$wgHooks['GetExtendedMetadata'][] = function ( &$fields, File $file, $context, $single, &$maxCache ) {
	$page = MediaWiki\MediaWikiServices::getInstance()->getWikiPageFactory()->newFromTitle( $file->getTitle() );
	$content = $page->getContent();
	foreach ( $content ? explode( "\n", $content->getText() ) : [] as $line ) {
		if ( preg_match( '/^\|\s*(\w+)\s*=\s*(.*)$/', $line, $found ) ) {
			$fields[$found[1]] = [ 'value' => trim( $found[2] ), 'source' => 'commons-desc-page' ];
		}
	}
	return true;
};
